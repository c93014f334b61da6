package config

import (
	"fmt"
	"io/fs"

	"usarena/internal/errs"
)

// WithDefaults is a copy of c, which may be nil, with every default filled in.
// An error names the first field that is wrong, its value and what is allowed;
// it is ErrInvalid (and syscall.EINVAL). Whether header and users leave room in
// Size is found out when the arena is made.
func (c *Config) WithDefaults() (Config, error) {
	if c == nil {
		c = &Config{}
	}
	d := *c
	for _, fill := range []func(*Config) error{sizes, users, mode, kinds, attach, rest} {
		if err := fill(&d); err != nil {
			return Config{}, err
		}
	}
	return d, nil
}

func wrong(field string, value any, allowed string) error {
	return errs.Wrap(errs.Invalid, "config", "%s is %v, allowed is %s", field, value, allowed)
}

func sizes(c *Config) error {
	most, allowed := MaxArena, fmt.Sprintf("%v to %v", MinSize, MaxArena)
	if c.Share32 {
		most, allowed = MaxShare32, fmt.Sprintf("%v to %v with Share32", MinSize, MaxShare32)
	}
	if c.MaxSize != 0 && (c.MaxSize < MinSize || c.MaxSize > most) {
		return wrong("MaxSize", c.MaxSize, allowed)
	}
	if c.Size != 0 && (c.Size < MinSize || c.Size > most) {
		return wrong("Size", c.Size, allowed)
	}
	if c.Size == 0 {
		c.Size = DefaultSize
		if c.MaxSize != 0 {
			c.Size = min(c.Size, c.MaxSize)
		}
	}
	if c.MaxSize != 0 && c.Size > c.MaxSize {
		return wrong("Size", c.Size, fmt.Sprintf("%v to MaxSize, which is %v", MinSize, c.MaxSize))
	}
	switch {
	case c.NoAutoGrow:
		c.MaxSize = c.Size
	case c.MaxSize != 0:
	case c.Share32:
		c.MaxSize = max(c.Size, DefaultMaxSize32)
	default:
		c.MaxSize = max(c.Size, DefaultMaxSize)
	}
	return nil
}

func users(c *Config) error {
	if c.Users == 0 {
		c.Users = DefaultUsers
	}
	if c.Users < 1 || c.Users > MaxUsers {
		return wrong("Users", c.Users, fmt.Sprintf("1 to %d", MaxUsers))
	}
	return nil
}

func mode(c *Config) error {
	if c.Mode == 0 {
		c.Mode = DefaultMode
	}
	if c.Mode&^fs.ModePerm != 0 {
		return wrong("Mode", fmt.Sprintf("%#o (%v)", uint32(c.Mode), c.Mode), "permission bits only, 01 to 0777")
	}
	return nil
}

func kinds(c *Config) error {
	if c.Type < General || c.Type > SharedOnly {
		return wrong("Type", c.Type, "General or SharedOnly")
	}
	if c.LockType < NoDebug || c.LockType > DebugPlus {
		return wrong("LockType", c.LockType, "NoDebug, Debug or DebugPlus")
	}
	return nil
}

func attach(c *Config) error {
	if c.AttachAddr%AttachMultiple != 0 {
		return wrong("AttachAddr", fmt.Sprintf("%#x", c.AttachAddr), fmt.Sprintf("0 or a multiple of %d", AttachMultiple))
	}
	return nil
}

func rest(c *Config) error {
	if c.HistorySize < 0 {
		return wrong("HistorySize", c.HistorySize, "0 (as many as there is room for) or more")
	}
	if c.Reaper < 0 {
		return wrong("Reaper", c.Reaper, "0 (none) or more")
	}
	return nil
}
