package liveness_test

import (
	"bufio"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

var roles = map[string]func(path string, slot int) error{
	"holder": holder,
	"claim":  claimant,
}

// holder takes a slot and obeys.
func holder(path string, slot int) error {
	k, hold, probe, err := newKeeper(path)
	if err != nil {
		return err
	}
	if ok, err := k.Take(slot); !ok || err != nil {
		return fmt.Errorf("take: %v, %v", ok, err)
	}
	return obey(func(line string) error {
		switch line {
		case "open and close":
			fd, err := open(path)
			if err != nil {
				return err
			}
			return unix.Close(fd)
		case "pin":
			return k.Pin()
		case "close all":
			return joined(unix.Close(hold), unix.Close(probe))
		case "share":
			ok, err := k.ShareUse()
			return answer(ok, err)
		case "close":
			return k.Close()
		}
		return fmt.Errorf("what is %q?", line)
	})
}

// claimant claims a slot and sits on it.
func claimant(path string, slot int) error {
	k, _, _, err := newKeeper(path)
	if err != nil {
		return err
	}
	if _, ok := k.Claim(slot); !ok {
		return fmt.Errorf("no claim")
	}
	return obey(func(line string) error { return nil })
}

func obey(do func(line string) error) error {
	fmt.Println("ready")
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		if err := do(in.Text()); err != nil {
			fmt.Println("error:", err)
		} else {
			fmt.Println("done")
		}
	}
	return in.Err()
}

func joined(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func answer(ok bool, err error) error {
	if err == nil && !ok {
		return fmt.Errorf("no")
	}
	return err
}
