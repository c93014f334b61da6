// Package testbin builds the tests of a package in other ways than they run: for
// the machine's other word size, or with a bug planted in the code, since tests
// that cannot find it prove nothing. The tree itself is left as it is.
package testbin

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// Planted compiles the tests of pkg, a path below root such as ./alloc, with file
// edited, and gives the binary's path. Everything that it writes goes into dir.
func Planted(root, dir, pkg, file string, edit func(text string) string) (binary string, err error) {
	file = filepath.Join(root, file)
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	bad := edit(string(text))
	if bad == string(text) {
		return "", fmt.Errorf("%s: nothing was planted: a plant must follow the code", file)
	}
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay")
	list, _ := json.Marshal(map[string]any{"Replace": map[string]string{file: changed}})
	if err := errors.Join(os.WriteFile(changed, []byte(bad), 0o600), os.WriteFile(overlay, list, 0o600)); err != nil {
		return "", err
	}
	binary = filepath.Join(dir, "planted.test")
	cmd := exec.Command("go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", binary, pkg)
	cmd.Dir = root
	return binary, run(cmd)
}

// OtherWord compiles the package under test for the machine's other word size and
// gives the binary's path. The test is skipped if there is none, or no go command,
// or if this kernel runs no such programs, as some hosts of virtual machines have it.
func OtherWord(t testing.TB) (binary string) {
	t.Helper()
	arch := map[string]string{"amd64": "386", "386": "amd64"}[runtime.GOARCH]
	tool, err := exec.LookPath("go")
	if arch == "" || err != nil {
		t.Skip("nothing to build another word size with: ", err)
	}
	binary = filepath.Join(t.TempDir(), "other-"+arch)
	cmd := exec.Command(tool, "test", "-c", "-vet=off", "-o", binary, ".")
	cmd.Env = append(os.Environ(), "GOARCH="+arch, "CGO_ENABLED=0")
	if err := run(cmd); err != nil {
		t.Fatalf("building for %s: %v", arch, err)
	}
	if err := exec.Command(binary, "-test.run=^$").Run(); errors.Is(err, syscall.ENOEXEC) {
		t.Skipf("this kernel runs no programs for %s: %v", arch, err)
	}
	return binary
}

func run(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}
