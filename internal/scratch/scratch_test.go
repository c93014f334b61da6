package scratch

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/segment"
	"usarena/config"
	"usarena/internal/worker"
)

func exists(name string) bool {
	_, err := os.Stat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

func TestCreateAndRemove(t *testing.T) {
	a, remove, err := Create("test", config.Config{Users: 3})
	if err != nil {
		t.Fatal(err)
	}
	b, remove2, err := Create("test", config.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if a.Name() == b.Name() || !exists(a.Name()) || a.Config().MaxSize != Room || a.Config().Users != 3 {
		t.Errorf("%s and %s, %+v", a.Name(), b.Name(), a.Config())
	}
	if err := errors.Join(remove(), remove2()); err != nil {
		t.Error(err)
	}
	if exists(a.Name()) || exists(b.Name()) {
		t.Error("an arena is left over")
	}
}

// What a killed run left is removed by the next run; what is in use, or is the
// file of a process that lives, is not.
func TestSweep(t *testing.T) {
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	mine := Prefix("sweep")
	of := func(pid int) string {
		return strings.Replace(mine, "-"+strconv.Itoa(os.Getpid())+"-", "-"+strconv.Itoa(pid)+"-", 1)
	}
	left, used, living, other := of(gone.Process.Pid)+"1", of(gone.Process.Pid)+"2", of(os.Getppid())+"1", of(gone.Process.Pid)+"3"
	for _, name := range []string{left, used, living} {
		a, err := arena.Create(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer os.Remove(name)
		if name == used {
			defer a.Close()
		} else if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(other, []byte("no arena"), 0o600); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(other)
	_, remove, err := Create("sweep", config.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := remove(); err != nil {
		t.Error(err)
	}
	if exists(left) {
		t.Error("what a killed run left is still there")
	}
	if !exists(used) || !exists(living) || !exists(other) {
		t.Error("a file in use, of a living process, or that is no arena was removed")
	}
}

// A process that is killed leaves nothing for longer than its janitor needs.
func TestJanitor(t *testing.T) {
	if os.Getenv("USARENA_SCRATCH_VICTIM") != "" {
		Janitor()
		for _, where := range []string{"tmpfs", "shm", "sysv", "file"} {
			Where = where
			a, _, err := Create("victim", config.Config{Size: 1 << 20, MaxSize: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			os.Stdout.WriteString("made " + a.Name() + "\n")
		}
		worker.Stay()
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestJanitor$")
	cmd.Env = append(os.Environ(), "USARENA_SCRATCH_VICTIM=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var names []string
	lines := bufio.NewScanner(out)
	for len(names) < 4 && lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "made "); ok {
			names = append(names, name)
			defer Unlink(name)
		}
	}
	for _, name := range names {
		if !exists(Path(name)) {
			t.Errorf("%s was not made", name)
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
	there := func(name string) bool {
		key, ok := SysVKey(name)
		if !ok {
			return exists(Path(name))
		}
		_, err := segment.Get(key, 0, 0)
		return err == nil || exists(Path(name))
	}
	for _, name := range names {
		for end := time.Now().Add(20 * time.Second); there(name); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s is left over", name)
			}
		}
	}
	if len(names) < 4 {
		t.Errorf("only %v were made", names)
	}
}
