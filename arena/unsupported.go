//go:build !linux

package arena

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"sync/atomic"
	"time"

	"usarena/config"
	"usarena/info"
	"usarena/internal/backing"
)

type attachOptions struct {
	ctx    context.Context
	addr   uint64
	reaper time.Duration
	init   bool
	fresh  bool
	cfg    *config.Config
}

type identity struct{ start, pidns, boot uint64 }

func whoAmI() identity { return identity{} }

var whoAmIKnown atomic.Bool

func unsupported(n backing.Name) error {
	return fmt.Errorf("usarena: open: %s: arenas need Linux: %w", n.Given, errors.ErrUnsupported)
}

func join(_ context.Context, n backing.Name, _ attachOptions) (*Arena, error) {
	return nil, unsupported(n)
}

func create(_ context.Context, n backing.Name, _ *config.Config, _ bool) (*Arena, error) {
	return nil, unsupported(n)
}

func openReadOnly(n backing.Name) (*Arena, error) { return nil, unsupported(n) }

func repairFile(n backing.Name) (info.Repaired, error) { return info.Repaired{}, unsupported(n) }

func copyArena(_ context.Context, n, _ backing.Name, _ CopyOptions) (Copied, error) {
	return Copied{}, unsupported(n)
}

func remove(n backing.Name) error { return unsupported(n) }

func (a *Arena) command(*exec.Cmd) error { return unsupported(backing.Name{Given: a.name}) }

func inherit() (*Arena, error) { return nil, unsupported(backing.Name{Given: "inherit"}) }
