package main

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"usarena/arena"
	"usarena/config"
	"usarena/info"
	"usarena/internal/backing"
)

const createText = `Make an arena under a name that is free. Nothing is ever overwritten.

An arena begins with --size bytes, metadata included, and grows by itself while
processes use it, up to --max. What it may grow to costs nothing before it is
used: the file is sparse (see du, not ls). A System V segment (sysv:KEY) cannot grow. Programs need no create: arena.Init
joins an arena or makes it.`

func createCommand() *cobra.Command {
	cfg := new(config.Config)
	mode, lock := permFlag(0o600), "nodebug"
	c := &cobra.Command{
		Use: "create NAME", Short: "make an arena", Long: createText, Args: needName,
		Example: `  usarena create /dev/shm/mine
  usarena create --size 16MiB --max 4GiB --users 64 --mode 0660 /dev/shm/ours
  usarena create shm:/small --size 64KiB --no-autogrow`,
	}
	f := c.Flags()
	f.Var(sizeFlag{&cfg.Size}, "size", "what exists from the start (default 64 KiB)")
	f.Var(sizeFlag{&cfg.MaxSize}, "max", "what it may grow to (default 16 GiB)")
	f.IntVar(&cfg.Users, "users", 8, "how many processes may be attached at a time, 1 to 10000")
	f.Var(&mode, "mode", "permissions, octal, past the umask")
	f.BoolVar(&cfg.NoAutoGrow, "no-autogrow", false, "never grow beyond --size")
	f.BoolVar(&cfg.NoReserve, "no-reserve", false, "do not reserve pages; a full file system then kills whoever touches one")
	f.BoolVar(&cfg.Share32, "share32", false, "keep it so small that 32-bit processes can use all of it")
	f.BoolVar(&cfg.ResetIdle, "reset-idle", false, "start afresh when nobody uses it, as IRIX did")
	f.BoolVar(&cfg.ReclaimOnDeath, "reclaim-on-death", false, "free the blocks of a process that died, instead of listing them")
	f.StringVar(&lock, "locktype", lock, "what locks record: nodebug, debug or debugplus")
	c.RunE = func(c *cobra.Command, args []string) error {
		name := args[0]
		if n, err := backing.Parse(name); err == nil && n.Anonymous() {
			return usage(c, "%s: an anonymous arena lives only as long as its processes, it cannot be left for others; name a file, shm:/name or sysv:KEY", name)
		}
		if mode == 0 {
			return usage(c, "--mode %v: nobody could use the arena; 0600 or 0660 for example", &mode)
		}
		cfg.Mode = fs.FileMode(mode)
		var err error
		if cfg.LockType, err = lockType(lock); err != nil {
			return usage(c, "--locktype %q: nodebug, debug and debugplus are known", lock)
		}
		if c.Flags().Changed("users") && cfg.Users < 1 {
			return usage(c, "--users %d: 1 to 10000 are possible", cfg.Users)
		}
		a, err := arena.Create(name, cfg)
		if err != nil {
			return advise(c, name, err)
		}
		if err := a.Close(); err != nil {
			return err
		}
		s, err := info.Stat(name)
		if err != nil {
			return err
		}
		out := c.OutOrStdout()
		if asJSON(c) {
			return writeJSON(out, s)
		}
		grows := "grows to " + bytes(s.MaxSize)
		if a.Config().NoAutoGrow {
			grows = "and no more"
		}
		fmt.Fprintf(out, "created %s: %s now, %s, %s\n", name, bytes(s.Committed), grows, plural(s.UsersMax, "user"))
		return nil
	}
	return c
}

func lockType(s string) (config.LockType, error) {
	for _, t := range []config.LockType{config.NoDebug, config.Debug, config.DebugPlus} {
		if strings.EqualFold(s, t.String()) {
			return t, nil
		}
	}
	return 0, fmt.Errorf("lock type %q is unknown", s)
}
