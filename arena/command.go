package arena

import "os/exec"

// Command hands this arena to a child process that is about to be started: the
// child takes it over with Inherit. Several arenas may be handed to one child;
// it gets them in this order. It is the only way to an arena without a name
// (memfd:, SharedOnly). The child becomes a user of its own; until then nobody
// counts it. Command adds to cmd.ExtraFiles and cmd.Env, so set those before.
func (a *Arena) Command(cmd *exec.Cmd) error {
	if a.heap == nil {
		return a.readOnlyError("command")
	}
	if !a.gate.enter() {
		return a.closedError("command")
	}
	defer a.gate.leave()
	return a.command(cmd)
}

// Inherit joins the next arena that the parent process handed over with Command,
// then fs.ErrNotExist. A descriptor that cannot be used is an error once, and
// the next call goes on to the next one.
func Inherit() (*Arena, error) { return inherit() }
