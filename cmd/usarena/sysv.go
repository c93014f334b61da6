package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"usarena/arena/segment"
	"usarena/config"
)

const sysvText = `System V shared memory segments: what C programs get with shmget, and ipcs lists.

A segment is named by its key, -k, or by its identifier, -i. Both may be written as
1234 or 0x4d2. It keeps the size that it was made with, and stays until it is
removed; then its key is free at once, and its memory goes with the last process
that detaches.`

func sysvCommand() *cobra.Command {
	c := &cobra.Command{Use: "sysv", Short: "System V segments: get, attach, look at, change, remove", Long: sysvText, RunE: group}
	c.AddCommand(sysvGetCommand(), sysvAtCommand(), sysvStatCommand(), sysvSetCommand(),
		sysvDo("rm", "remove a segment (IPC_RMID)", "Remove a segment: its key is free at once, its memory goes with the last that detaches.\nIts owner, its creator and root may.", (*segment.Segment).Remove),
		sysvDo("lock", "keep a segment in memory (SHM_LOCK)", "Keep the pages of a segment from being swapped out. It needs CAP_IPC_LOCK, or to be\nits owner within ulimit -l.", (*segment.Segment).Lock),
		sysvDo("unlock", "undo lock (SHM_UNLOCK)", "Let the pages of a segment be swapped out again.", (*segment.Segment).Unlock),
		sysvListCommand(), sysvLimitsCommand(), sysvWriteCommand(), sysvReadCommand())
	return c
}

// target is the segment that a command is about.
type target struct {
	key keyFlag
	id  int
}

func (o *target) flags(c *cobra.Command) {
	c.Flags().VarP(&o.key, "key", "k", "the segment's key")
	c.Flags().IntVarP(&o.id, "id", "i", -1, "or its identifier")
	c.Args = cobra.NoArgs
}

func (o *target) open(c *cobra.Command) (*segment.Segment, error) {
	byKey, byID := c.Flags().Changed("key"), c.Flags().Changed("id")
	if byKey == byID {
		return nil, usage(c, "one of -k KEY and -i ID is needed; usarena sysv ls shows them")
	}
	if byID {
		return segment.ByID(o.id)
	}
	return segment.Get(segment.Key(o.key), 0, 0)
}

// keyFlag reads keys in any base, with or without a sign.
type keyFlag segment.Key

func (k *keyFlag) Type() string   { return "key" }
func (k *keyFlag) String() string { return fmt.Sprintf("%#x", uint32(*k)) }
func (k *keyFlag) Set(text string) error {
	n, err := strconv.ParseInt(text, 0, 64)
	if err != nil || n < -1<<31 || n >= 1<<32 {
		return errors.New("write a key of 32 bits, 4660 or 0x1234 for example")
	}
	*k = keyFlag(uint32(n))
	return nil
}

func sysvGetCommand() *cobra.Command {
	var key keyFlag
	perms, size := permFlag(0o600), config.Size(64<<10)
	var create, exclusive bool
	c := &cobra.Command{
		Use: "get", Short: "find a segment or make one (shmget)", Args: cobra.NoArgs,
		Long: `Find the segment of a key, or with -c make it if there is none, and say who owns it.
Without -k the key is private: a new segment every time, which only its identifier
leads to. A segment that is found must have at least --size bytes and be permitted
to be used as PERMS say; 0 bytes and no permission ask for nothing. A new one has
size bytes, all zero; the umask does not apply.`,
		Example: `  usarena sysv get -k 0x1234 -s 64KiB -p 0644 -c -x
  usarena sysv get -k 0x1234 -s 0 -p 0`,
	}
	f := c.Flags()
	f.VarP(&key, "key", "k", "key, 0 is private")
	f.VarP(sizeFlag{&size}, "size", "s", "bytes")
	f.VarP(&perms, "perms", "p", "permissions, octal")
	f.BoolVarP(&create, "create", "c", false, "make it if there is none (IPC_CREAT)")
	f.BoolVarP(&exclusive, "exclusive", "x", false, "with -c: there must be none (IPC_EXCL)")
	c.RunE = func(c *cobra.Command, _ []string) error {
		flags := int(perms)
		if create {
			flags |= segment.Create
		}
		if exclusive {
			flags |= segment.Exclusive
		}
		s, err := segment.Get(segment.Key(key), uint64(size), flags)
		if err != nil {
			return err
		}
		st, err := s.Stat()
		if asJSON(c) && err == nil {
			return writeJSON(c.OutOrStdout(), st)
		}
		fmt.Fprintf(c.OutOrStdout(), "shmid = %d (0x%x)\n", s.ID(), s.ID())
		if err != nil {
			return err
		}
		fmt.Fprintf(c.OutOrStdout(), "owner uid/gid: %d/%d\ncreator uid/gid: %d/%d\n", st.UID, st.GID, st.CUID, st.CGID)
		return nil
	}
	return c
}

func sysvAtCommand() *cobra.Command {
	var o target
	var addr addressFlag
	var readOnly, wait bool
	c := &cobra.Command{
		Use: "at {-k KEY | -i ID}", Short: "attach a segment and look at its first word (shmat)",
		Long: `Attach a segment and write this process's id into its first word, after a look at
what was there. With -w the program waits for the return key before it detaches;
what others wrote meanwhile is the last line.`,
		Example: `  usarena sysv at -k 0x1234
  usarena sysv at -i 5 -r -w`,
	}
	o.flags(c)
	c.Flags().VarP(&addr, "address", "a", "where to attach it, a multiple of the page size (default anywhere)")
	c.Flags().BoolVarP(&readOnly, "read-only", "r", false, "read only (SHM_RDONLY), else read and write")
	c.Flags().BoolVarP(&wait, "wait", "w", false, "wait for the return key before detaching")
	c.RunE = func(c *cobra.Command, _ []string) error {
		s, err := o.open(c)
		if err != nil {
			return err
		}
		defer s.Close()
		return visit(c, s, uintptr(addr), readOnly, wait, "Press return to detach...")
	}
	return c
}

// addressFlag reads addresses in any base.
type addressFlag uintptr

func (a *addressFlag) Type() string   { return "address" }
func (a *addressFlag) String() string { return fmt.Sprintf("%#x", uintptr(*a)) }
func (a *addressFlag) Set(text string) error {
	n, err := strconv.ParseUint(text, 0, strconv.IntSize)
	if err != nil {
		return fmt.Errorf("write an address of %d bits, 0x60000000 for example", strconv.IntSize)
	}
	*a = addressFlag(n)
	return nil
}

func sysvStatCommand() *cobra.Command {
	var o target
	c := &cobra.Command{
		Use: "stat {-k KEY | -i ID}", Short: "all that is known of a segment (IPC_STAT)",
		Long: "Show all that the system knows of a segment. It must be readable.", Example: "  usarena sysv stat -k 0x1234",
	}
	o.flags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		s, err := o.open(c)
		if err != nil {
			return err
		}
		st, err := s.Stat()
		if err != nil {
			return err
		}
		if asJSON(c) {
			return writeJSON(c.OutOrStdout(), st)
		}
		w := table(c.OutOrStdout())
		fmt.Fprintf(w, "key\t%#x\nshmid\t%d\nsize\t%s (%d bytes)\n", uint32(st.Key), st.ID, bytes(st.Size), st.Size)
		fmt.Fprintf(w, "perms\t%04o%s\nowner uid/gid\t%d/%d\ncreator uid/gid\t%d/%d\nsequence\t%d\n", st.Mode, status(st), st.UID, st.GID, st.CUID, st.CGID, st.Sequence)
		fmt.Fprintf(w, "attached\t%s\ncreator pid\t%d\nlast pid\t%d\n", plural(st.Attached, "time"), st.Creator, st.Last)
		fmt.Fprintf(w, "attach time\t%s\ndetach time\t%s\nchange time\t%s\n", never(st.Access), never(st.Detach), never(st.Change))
		return w.Flush()
	}
	return c
}

func sysvSetCommand() *cobra.Command {
	var o target
	var uid, gid uint32
	perms := permFlag(0)
	c := &cobra.Command{
		Use: "set {-k KEY | -i ID} [-u UID] [-g GID] [-p PERMS]", Short: "change owner or permissions (IPC_SET)",
		Long:    "Change the owner, the group or the permissions of a segment; what is not named stays.\nIts owner, its creator and root may. What is attached stays attached.",
		Example: "  usarena sysv set -k 0x1234 -p 0660 -g 100",
	}
	o.flags(c)
	c.Flags().Uint32VarP(&uid, "uid", "u", 0, "new owner")
	c.Flags().Uint32VarP(&gid, "gid", "g", 0, "new group")
	c.Flags().VarP(&perms, "perms", "p", "new permissions, octal")
	c.RunE = func(c *cobra.Command, _ []string) error {
		changed := c.Flags().Changed
		if !changed("uid") && !changed("gid") && !changed("perms") {
			return usage(c, "nothing to change: give -u, -g or -p")
		}
		s, err := o.open(c)
		if err != nil {
			return err
		}
		if changed("uid") || changed("gid") {
			st, err := s.Stat()
			if err != nil {
				return err
			}
			if !changed("uid") {
				uid = st.UID
			}
			if !changed("gid") {
				gid = st.GID
			}
			if err := s.SetOwner(uid, gid); err != nil {
				return err
			}
		}
		if changed("perms") {
			return s.SetMode(fs.FileMode(perms))
		}
		return nil
	}
	return c
}

// sysvDo is a command that calls one method.
func sysvDo(use, short, long string, do func(*segment.Segment) error) *cobra.Command {
	var o target
	c := &cobra.Command{Use: use + " {-k KEY | -i ID}", Short: short, Long: long, Example: "  usarena sysv " + use + " -k 0x1234"}
	o.flags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		s, err := o.open(c)
		if err != nil {
			return err
		}
		return do(s)
	}
	return c
}

func sysvListCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "ls", Short: "list all segments, as ipcs -m does", Args: cobra.NoArgs,
		Long: "List the System V segments of this machine, also those that only others may use.", Example: "  usarena sysv ls",
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		list, err := segment.List()
		if err != nil {
			return err
		}
		if asJSON(c) {
			return writeJSON(c.OutOrStdout(), append([]segment.Stat{}, list...))
		}
		return columns(c, "KEY\tSHMID\tUID\tPERMS\tBYTES\tATTACHED\tSTATUS", func(w *tabwriter.Writer) {
			for _, s := range list {
				fmt.Fprintf(w, "0x%08x\t%d\t%d\t%o\t%d\t%d\t%s\n", uint32(s.Key), s.ID, s.UID, s.Mode, s.Size, s.Attached, status(s))
			}
		})
	}
	return c
}

func sysvLimitsCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "limits", Short: "the system's limits, and what is used (IPC_INFO, SHM_INFO)", Args: cobra.NoArgs,
		Long:    "Show the system's limits for System V segments (ipcs -l) and what is used of them\n(ipcs -u). The limits are set in /proc/sys/kernel/shmmax, shmmni and shmall.",
		Example: "  usarena sysv limits",
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		l, err := segment.SystemLimits()
		if err != nil {
			return err
		}
		u, err := segment.SystemUsage()
		if err != nil {
			return err
		}
		if asJSON(c) {
			return writeJSON(c.OutOrStdout(), map[string]any{"limits": l, "used": u})
		}
		w := table(c.OutOrStdout())
		fmt.Fprintf(w, "bytes of a segment\t%d to %d\tSHMMIN, SHMMAX\n", l.SegmentMin, l.SegmentMax)
		fmt.Fprintf(w, "segments\t%d of %d\tSHMMNI\n", u.Segments, l.Segments)
		fmt.Fprintf(w, "pages\t%d of %d\tSHMALL\n", u.Pages, l.Pages)
		fmt.Fprintf(w, "pages in memory, swapped\t%d, %d\t\n", u.Resident, u.Swapped)
		return w.Flush()
	}
	return c
}
