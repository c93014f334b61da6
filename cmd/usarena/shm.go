package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"usarena/arena/segment"
	"usarena/config"
	"usarena/info"
)

const shmText = `Raw shared memory objects, without a heap: what C programs open with shm_open.

NAME is that of an object, /name or shm:/name. A name with further slashes is the
file itself, as on IRIX, where objects were files.`

func shmCommand() *cobra.Command {
	c := &cobra.Command{Use: "shm", Short: "POSIX shared memory objects: open, list, remove, dump", Long: shmText, RunE: group}
	c.AddCommand(shmOpenCommand(), shmListCommand(), shmRemoveCommand(), shmDumpCommand())
	return c
}

// openShm opens what a user calls an object.
func openShm(name string, flags int, perm fs.FileMode) (*segment.Segment, error) {
	object := strings.TrimPrefix(name, "shm:")
	if !strings.HasPrefix(object, "/") && !strings.Contains(object, "/") {
		object = "/" + object // the C library takes it without the slash, too
	}
	if strings.Count(object, "/") > 1 || !strings.HasPrefix(object, "/") {
		return segment.OpenFile(object, flags, perm)
	}
	return segment.OpenPOSIX(object, flags, perm)
}

const shmOpenText = `Open a shared memory object, map it, and write this process's id into its first
word, after a look at what was there.

A new object gets --size bytes, and so does one that is shorter: mapping more than
there is would fault at the first access. With -r nothing is made, extended or
written. With -w the program waits for the return key before it unmaps; what others
wrote meanwhile is the last line.

PERMS are octal, and the umask applies.`

func shmOpenCommand() *cobra.Command {
	perms, size := permFlag(0o600), config.Size(64<<10)
	var create, exclusive, readOnly, truncate, wait bool
	c := &cobra.Command{
		Use: "open NAME", Short: "map an object and look at its first word", Long: shmOpenText, Args: oneName("object", "/name"),
		Example: `  usarena shm open -c -x -p 0644 -s 0x80000 /test
  usarena shm open -r -w /test                   in one terminal, and meanwhile
  usarena shm open /test                         in another`,
	}
	f := c.Flags()
	f.VarP(&perms, "perms", "p", "permissions of a new object")
	f.VarP(sizeFlag{&size}, "size", "s", "bytes to map")
	f.BoolVarP(&create, "create", "c", false, "make it if it is not there (O_CREAT)")
	f.BoolVarP(&exclusive, "exclusive", "x", false, "with -c: it must not be there (O_EXCL)")
	f.BoolVarP(&readOnly, "read-only", "r", false, "read only (O_RDONLY), else read and write")
	f.BoolVarP(&truncate, "truncate", "t", false, "cut it to nothing first (O_TRUNC)")
	f.BoolVarP(&wait, "wait", "w", false, "wait for the return key before unmapping")
	c.RunE = func(c *cobra.Command, args []string) error {
		flags := os.O_RDWR
		if readOnly {
			flags = os.O_RDONLY
		}
		for flag, on := range map[int]bool{os.O_CREATE: create, os.O_EXCL: exclusive, os.O_TRUNC: truncate} {
			if on {
				flags |= flag
			}
		}
		s, err := openShm(args[0], flags, fs.FileMode(perms))
		if err != nil {
			return err
		}
		defer s.Close()
		if !readOnly {
			if err := s.Extend(int64(size)); err != nil {
				return err
			}
		}
		return visit(c, s, 0, readOnly, wait, "Waiting for return key before unmapping...")
	}
	return c
}

// visited is what a visit says in JSON.
type visited struct {
	Address uint64  `json:"address"`
	First   uint32  `json:"first_word"`
	Set     *uint32 `json:"set,omitempty"`
	Now     *uint32 `json:"now,omitempty"`
}

// visit attaches a segment, looks at its first word, writes this process's id there,
// and looks again after the return key.
func visit(c *cobra.Command, s *segment.Segment, addr uintptr, readOnly, wait bool, prompt string) error {
	flags := segment.AttachFlags(0)
	if readOnly {
		flags = segment.ReadOnly
	}
	b, err := s.Attach(addr, flags)
	if err != nil {
		return err
	}
	if len(b) < 4 {
		return fmt.Errorf("usarena: %s: %s: it has %d bytes, a word takes four", c.Name(), s.Name(), len(b))
	}
	out, v := c.OutOrStdout(), visited{Address: uint64(segment.Address(b)), First: binary.NativeEndian.Uint32(b)}
	if asJSON(c) {
		out = io.Discard
	}
	fmt.Fprintf(out, "Attached at 0x%x, first word = 0x%x\n", v.Address, v.First)
	if !readOnly {
		pid := uint32(os.Getpid())
		binary.NativeEndian.PutUint32(b, pid)
		v.Set = &pid
		fmt.Fprintf(out, "Set first word to 0x%x\n", binary.NativeEndian.Uint32(b))
	}
	if wait {
		fmt.Fprint(out, prompt)
		if err := returnKey(c); err != nil {
			return err
		}
		now := binary.NativeEndian.Uint32(b)
		v.Now = &now
		fmt.Fprintf(out, "First word is now 0x%x\n", now)
	}
	if asJSON(c) {
		return errors.Join(writeJSON(c.OutOrStdout(), v), s.Detach(b))
	}
	return s.Detach(b)
}

// returnKey waits for a line, or the end of the input, or of the command.
func returnKey(c *cobra.Command) error {
	done := make(chan struct{})
	go func() {
		bufio.NewReader(c.InOrStdin()).ReadString('\n')
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-c.Context().Done():
		return c.Context().Err()
	}
}

func shmListCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "ls", Short: "list the objects that there are", Args: cobra.NoArgs,
		Long: "List the shared memory objects of this machine, and which of them are arenas.", Example: "  usarena shm ls",
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		entries, err := os.ReadDir(segment.ShmDir)
		if err != nil {
			return err
		}
		type object struct {
			segment.Stat
			Arena bool `json:"arena"`
		}
		list := []object{}
		for _, e := range entries {
			s, err := segment.OpenPOSIX("/"+e.Name(), os.O_RDONLY, 0)
			if err != nil {
				continue // no object, or gone, or another user's
			}
			st, err := s.Stat()
			s.Close()
			if err == nil {
				_, aerr := info.Users(filepath.Join(segment.ShmDir, e.Name()))
				list = append(list, object{st, aerr == nil})
			}
		}
		if asJSON(c) {
			return writeJSON(c.OutOrStdout(), list)
		}
		return columns(c, "NAME\tSIZE\tPERMS\tUID\tGID\tCHANGED\tWHAT", func(w *tabwriter.Writer) {
			for _, o := range list {
				what := "-"
				if o.Arena {
					what = "arena"
				}
				fmt.Fprintf(w, "%s\t%s\t%04o\t%d\t%d\t%s\t%s\n", o.Name, bytes(o.Size), o.Mode, o.UID, o.GID, ago(o.Change), what)
			}
		})
	}
	return c
}

func shmRemoveCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "rm NAME", Short: "remove an object's name (shm_unlink)", Args: oneName("object", "/name"),
		Long:    "Remove the name of an object. It goes when nobody has it open or mapped any more.\nFor arenas there is usarena clean, which leaves alone what is in use.",
		Example: "  usarena shm rm /test",
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		s, err := openShm(args[0], os.O_RDONLY, 0)
		if err != nil {
			return err
		}
		defer s.Close()
		return s.Remove()
	}
	return c
}

func shmDumpCommand() *cobra.Command {
	limit := config.Size(0)
	c := &cobra.Command{
		Use: "dump NAME", Short: "show an object's bytes, as od -X does", Args: oneName("object", "/name"),
		Long:    "Show the bytes of an object as words of four, 16 bytes a line, their offset in octal\nbefore them, as od -X does. A line like the one before is a star.",
		Example: "  usarena shm dump -n 1KiB /test",
	}
	c.Flags().VarP(sizeFlag{&limit}, "bytes", "n", "how many at most (default all)")
	c.RunE = func(c *cobra.Command, args []string) error {
		s, err := openShm(args[0], os.O_RDONLY, 0)
		if err != nil {
			return err
		}
		defer s.Close()
		n, err := s.Size()
		if err != nil {
			return err
		}
		if limit > 0 {
			n = min(n, uint64(limit))
		}
		return dump(c.OutOrStdout(), io.NewSectionReader(s, 0, int64(n)))
	}
	return c
}

// dump writes what r has as od -X does.
func dump(out io.Writer, r io.Reader) error {
	w := bufio.NewWriter(out)
	defer w.Flush()
	var line, last [16]byte
	off, star := 0, false
	for {
		n, err := io.ReadFull(r, line[:])
		if n == 0 {
			fmt.Fprintf(w, "%07o\n", off)
			if err == io.EOF {
				return nil
			}
			return err
		}
		clear(line[n:])
		if n == 16 && off > 0 && line == last {
			if !star {
				fmt.Fprintln(w, "*")
			}
			star = true
		} else {
			star = false
			fmt.Fprintf(w, "%07o", off)
			for i := 0; i < n; i += 4 {
				fmt.Fprintf(w, " %08x", binary.NativeEndian.Uint32(line[i:]))
			}
			fmt.Fprintln(w)
		}
		last, off = line, off+n
	}
}

// permFlag reads octal permissions.
type permFlag fs.FileMode

func (p *permFlag) Type() string   { return "perms" }
func (p *permFlag) String() string { return fmt.Sprintf("%04o", uint32(*p)) }
func (p *permFlag) Set(text string) error {
	n, err := strconv.ParseUint(text, 8, 32)
	if err != nil || n > 0o777 {
		return errors.New("write permissions in octal, 0600 or 664 for example")
	}
	*p = permFlag(n)
	return nil
}

// columns prints a table, or only its head.
func columns(c *cobra.Command, head string, rows func(*tabwriter.Writer)) error {
	w := table(c.OutOrStdout())
	fmt.Fprintln(w, head)
	rows(w)
	return w.Flush()
}

// oneName is the Args of commands on one object of a kind.
func oneName(what, example string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return usage(c, "%d names given, one %s is needed, for example %s %s", len(args), what, c.CommandPath(), example)
	}
}

// group is a command that has only commands of its own.
func group(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return c.Help()
	}
	return usage(c, "%q: no such command", args[0])
}
