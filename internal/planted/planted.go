// Package planted builds a package's tests with a bug planted in the code: tests
// that cannot find it prove nothing. The tree itself is left as it is.
package planted

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Build compiles the tests of pkg, a path below root such as ./alloc, with file
// edited, and gives the binary's path. Everything that it writes goes into dir.
func Build(root, dir, pkg, file string, edit func(text string) string) (binary string, err error) {
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
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))
	}
	return binary, nil
}
