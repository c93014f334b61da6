package backing_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"usarena/internal/backing"
	"usarena/internal/errs"
)

func TestCreate(t *testing.T) {
	ways(t, func(t *testing.T, name string) {
		n := parse(t, name)
		var inside *backing.File
		f, err := backing.Create(n, 0o640, func(f *backing.File) error {
			inside = f
			if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("it has its name before it is complete: %v", err)
			}
			if same, err := f.SamePath(); same || err != nil {
				t.Errorf("SamePath while building: %v, %v", same, err)
			}
			return fill("hello")(f)
		})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if f != inside || f.Name != n || f.Place() != name {
			t.Errorf("another File: %+v", f)
		}
		if same, err := f.SamePath(); !same || err != nil {
			t.Errorf("SamePath: %v, %v", same, err)
		}
		only(t, filepath.Dir(name), "arena")
		g, err := backing.Open(n, false)
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		reads(t, g, "hello")
		if size, err := g.Size(); size != 8192 || err != nil {
			t.Errorf("size %d, %v", size, err)
		}
		fd, fi := f.ID()
		if gd, gi := g.ID(); fd != gd || fi != gi || g.Owner() != uint32(os.Geteuid()) {
			t.Errorf("identity: %d:%d and %d:%d, owner %d", fd, fi, gd, gi, g.Owner())
		}
	})
}

func TestModePastUmask(t *testing.T) {
	ways(t, func(t *testing.T, name string) {
		for _, mask := range []int{0o077, 0} {
			old := unix.Umask(mask)
			f, err := backing.Replace(parse(t, name), 0o666, func(f *backing.File) error {
				var st unix.Stat_t
				if err := unix.Fstat(f.FD(), &st); err != nil || st.Mode&0o777&^0o600 != 0 {
					t.Errorf("others have access while it is made: %#o, %v", st.Mode, err)
				}
				return nil
			})
			unix.Umask(old)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if st, err := os.Stat(name); err != nil || st.Mode() != 0o666 {
				t.Errorf("umask %#o: %v, %v", mask, st.Mode(), err)
			}
			if err := f.Chmod(0o604); err != nil {
				t.Fatal(err)
			}
			if st, err := os.Stat(name); err != nil || st.Mode() != 0o604 {
				t.Errorf("Chmod: %v, %v", st.Mode(), err)
			}
		}
	})
}

func TestCreateOverwritesNothing(t *testing.T) {
	put := map[string]func(path string) error{
		"file":      func(path string) error { return os.WriteFile(path, []byte("theirs"), 0o600) },
		"directory": func(path string) error { return os.Mkdir(path, 0o700) },
		"fifo":      func(path string) error { return unix.Mkfifo(path, 0o600) },
		"hardlink": func(path string) error {
			return errors.Join(os.WriteFile(path+"-other", nil, 0o600), os.Link(path+"-other", path))
		},
	}
	for what, put := range put {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/late=%v", what, late), func(t *testing.T) {
				ways(t, func(t *testing.T, name string) {
					if !late {
						if err := put(name); err != nil {
							t.Fatal(err)
						}
					}
					before, _ := os.Lstat(name)
					f, err := backing.Create(parse(t, name), 0o600, func(f *backing.File) error {
						if late {
							if err := put(name); err != nil {
								t.Fatal(err)
							}
							before, _ = os.Lstat(name)
						} else {
							t.Error("fill runs although the name is taken")
						}
						return nil
					})
					if !errors.Is(err, fs.ErrExist) || f != nil {
						t.Fatalf("%v, %v", f, err)
					}
					after, err := os.Lstat(name)
					if err != nil || !os.SameFile(before, after) {
						t.Errorf("it is not what it was: %v", err)
					}
					os.Remove(name + "-other")
					only(t, filepath.Dir(name), "arena")
				})
			})
		}
	}
}

func TestFillFails(t *testing.T) {
	ways(t, func(t *testing.T, name string) {
		want := errors.New("no")
		f, err := backing.Create(parse(t, name), 0o600, func(f *backing.File) error { return want })
		if err != want || f != nil {
			t.Errorf("%v, %v", f, err)
		}
		only(t, filepath.Dir(name), "")
		if err := os.WriteFile(name, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := backing.Replace(parse(t, name), 0o600, func(f *backing.File) error { return want }); err != want {
			t.Error(err)
		}
		only(t, filepath.Dir(name), "arena")
		if b, _ := os.ReadFile(name); string(b) != "old" {
			t.Errorf("replaced by %q", b)
		}
	})
}

func TestReplace(t *testing.T) {
	ways(t, func(t *testing.T, name string) {
		n := parse(t, name)
		for i := range 2 { // nothing there, then a file
			f, err := backing.Replace(n, 0o600, fill(fmt.Sprint("new", i)))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			g, err := backing.Open(n, true)
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			reads(t, g, fmt.Sprint("new", i))
			only(t, filepath.Dir(name), "arena")
			if same, err := f.SamePath(); !same || err != nil {
				t.Errorf("SamePath: %v, %v", same, err)
			}
			if i == 1 {
				continue
			}
			defer func() {
				if same, err := f.SamePath(); same || err != nil {
					t.Errorf("SamePath of what was replaced: %v, %v", same, err)
				}
				if err := f.Unlink(); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("Unlink of what was replaced: %v", err)
				}
				only(t, filepath.Dir(name), "arena")
			}()
		}
	})
}

func TestReplaceRegularFilesOnly(t *testing.T) {
	ways(t, func(t *testing.T, name string) {
		if err := os.Mkdir(name, 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := backing.Replace(parse(t, name), 0o600, fill("")); !errors.Is(err, errs.NotArena) {
			t.Error(err)
		}
		only(t, filepath.Dir(name), "arena")
	})
}

func TestCreateWhereThereIsNoDirectory(t *testing.T) {
	ways(t, func(t *testing.T, name string) {
		_, err := backing.Create(parse(t, name+"/x/y"), 0o600, fill(""))
		if !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	})
}

func TestSHM(t *testing.T) {
	name := fmt.Sprintf("shm:/usarena-backing-%d", os.Getpid())
	path := fmt.Sprintf("/dev/shm/usarena-backing-%d", os.Getpid())
	t.Cleanup(func() { os.Remove(path) })
	f := create(t, parse(t, name), "shared")
	if b, err := os.ReadFile(path); err != nil || string(b[:6]) != "shared" {
		t.Errorf("%q, %v", b, err)
	}
	if err := f.Unlink(); err != nil {
		t.Fatal(err)
	}
	if _, err := backing.Open(parse(t, name), false); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if err := f.Unlink(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a second Unlink: %v", err)
	}
}
