package arena

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"usarena/internal/backing"
	"usarena/internal/errs"
)

// inheritEnv tells a child which descriptors are arenas:
//
//	pid of the parent;fd.device.inode:base64(name);…
//
// The pid marks lists that a parent only passed on without the descriptors;
// device and inode protect against a number that means another file by now.
const inheritEnv = "USARENA_INHERIT"

// command opens the file once more. The child must not get a description that
// holds our locks: it would keep us alive for others after our death.
func (a *Arena) command(cmd *exec.Cmd) error {
	fd, err := a.file.Reopen(false)
	if err != nil {
		return err
	}
	dev, ino := a.file.ID()
	entry := fmt.Sprintf(";%d.%d.%d:%s", 3+len(cmd.ExtraFiles), dev, ino, base64.RawURLEncoding.EncodeToString([]byte(a.name)))
	cmd.ExtraFiles = append(cmd.ExtraFiles, os.NewFile(uintptr(fd), a.name))

	env := cmd.Env
	if env == nil {
		env = os.Environ()
	}
	list := strconv.Itoa(os.Getpid())
	out := make([]string, 0, len(env)+1)
	for _, kv := range env {
		old, ok := strings.CutPrefix(kv, inheritEnv+"=")
		if !ok {
			out = append(out, kv)
			continue
		}
		// Ours: other arenas of this Cmd. Anybody else's: what was handed to us.
		if pid, _, _ := strings.Cut(old, ";"); cmd.Env != nil && pid == list {
			list = old
		}
	}
	cmd.Env = append(out, inheritEnv+"="+list+entry)
	return nil
}

// inherited is what is left of the list.
var inherited struct {
	sync.Mutex
	read bool
	list []handed
}

type handed struct {
	fd       int
	dev, ino uint64
	name     string
}

func inherit() (*Arena, error) {
	h, err := nextHanded()
	if err != nil {
		return nil, err
	}
	n, err := backing.Parse(h.name)
	if err != nil {
		unix.Close(h.fd)
		return nil, err
	}
	f, err := backing.FromFD(h.fd, n)
	if err != nil {
		unix.Close(h.fd)
		return nil, err
	}
	k, err := newKeeper(f, false)
	if err != nil {
		f.Close()
		return nil, err
	}
	if ok, err := k.ShareUse(); err != nil || !ok {
		k.Close()
		f.Close()
		return nil, errors.Join(err, errs.Wrap(errs.Busy, "inherit", "%s: somebody is removing it", h.name))
	}
	return attach(context.Background(), f, k, nil, h.name, attachOptions{})
}

// nextHanded takes the next entry whose descriptor still is the file it was.
func nextHanded() (handed, error) {
	inherited.Lock()
	defer inherited.Unlock()
	if !inherited.read {
		inherited.read = true
		list, err := parseHanded(os.Getenv(inheritEnv))
		os.Unsetenv(inheritEnv) // our own children do not get these descriptors
		if err != nil {
			return handed{}, err
		}
		for _, h := range list {
			var st unix.Stat_t
			err := unix.Fstat(h.fd, &st)
			if err == unix.EBADF || err == nil && (uint64(st.Dev) != h.dev || uint64(st.Ino) != h.ino) {
				continue
			}
			unix.CloseOnExec(h.fd)
			inherited.list = append(inherited.list, h)
		}
	}
	if len(inherited.list) == 0 {
		return handed{}, fmt.Errorf("usarena: inherit: the parent handed over no (more) arena, see Arena.Command: %w", fs.ErrNotExist)
	}
	h := inherited.list[0]
	inherited.list = inherited.list[1:]
	return h, nil
}

func parseHanded(list string) (all []handed, err error) {
	if list == "" {
		return nil, nil
	}
	_, list, _ = strings.Cut(list, ";")
	for entry := range strings.SplitSeq(list, ";") {
		var h handed
		where, name, _ := strings.Cut(entry, ":")
		_, err1 := fmt.Sscanf(where, "%d.%d.%d", &h.fd, &h.dev, &h.ino)
		b, err2 := base64.RawURLEncoding.DecodeString(name)
		if err := errors.Join(err1, err2); err != nil || h.fd < 3 {
			return nil, errs.Wrap(errs.Invalid, "inherit", "%s contains %q (%v)", inheritEnv, entry, err)
		}
		h.name = string(b)
		all = append(all, h)
	}
	return all, nil
}
