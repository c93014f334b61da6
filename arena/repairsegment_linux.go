package arena

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"usarena/info"
	"usarena/internal/backing"
	"usarena/internal/errs"
	"usarena/internal/layout"
	"usarena/internal/repair"
)

// repairSegment is repairCopy for a System V segment, whose place no other one can
// take: the copy that is repaired is only in memory, and what differs is written
// back, the header last. Killed while it is written, the arena is half repaired;
// as it was it is in the file of the copy.
func repairSegment(f *backing.File, n backing.Name) (r info.Repaired, err error) {
	perm, err := f.Perm()
	if err != nil {
		return r, err
	}
	work, err := backing.Create(backing.Name{Kind: backing.KindMemfd, Given: n.Given}, perm, func(work *backing.File) error {
		if err := work.CopyFrom(f); err != nil {
			return err
		}
		if r, err = repair.Run(work, n.Given); err != nil {
			return err
		}
		if err := rename(work, f, &r); err != nil {
			return err
		}
		return mustBeClean(work)
	})
	if err != nil {
		return info.Repaired{}, err
	}
	defer work.Close()
	kept, err := keepBeside(f, perm)
	if err != nil {
		return info.Repaired{}, err
	}
	r.Copy = kept
	if err := writeBack(f, work); err != nil {
		return r, fmt.Errorf("%w; as it was it is in %s", err, kept)
	}
	return r, nil
}

// rename makes the header in work name the companion of f.
func rename(work, f *backing.File, r *info.Repaired) error {
	b := make([]byte, layout.HeaderSize)
	if _, err := work.ReadAt(b, 0); err != nil {
		return err
	}
	h := layout.HeaderOf(b)
	led := f.Companion()
	if h.Companion() == led {
		return nil
	}
	r.Changed++
	r.Changes = append(r.Changes, info.Change{Kind: info.KindCompanion, Offset: layout.CompanionIDOff, Was: h.CompanionID, Is: led.Nonce, Detail: "the lock file that led here"})
	h.SetCompanion(led)
	h.Checksum = h.Sum()
	_, err := work.WriteAt(b, 0)
	return err
}

// keepBeside writes f as it is into a new file beside its companion.
func keepBeside(f *backing.File, perm fs.FileMode) (string, error) {
	base := f.Place()
	if base == "" {
		base = os.TempDir() + "/usarena-sysv-private"
	}
	return damagedName(base, func(name string) error {
		kept, err := backing.Create(backing.Name{Kind: backing.KindFile, Path: name, Given: name}, perm, func(kept *backing.File) error {
			return errors.Join(kept.CopyFrom(f), kept.Sync())
		})
		if err != nil {
			return err
		}
		return kept.Close()
	})
}

// writeBack makes f what work is, from the end to the beginning.
func writeBack(f, work *backing.File) error {
	size, err := f.Size()
	if err != nil {
		return err
	}
	const step = 1 << 20
	is, want := make([]byte, step), make([]byte, step)
	for at := (size - 1) / step * step; ; at -= step {
		k := min(step, size-at)
		if _, err := f.ReadAt(is[:k], int64(at)); err != nil {
			return err
		}
		if _, err := work.ReadAt(want[:k], int64(at)); err != nil {
			return err
		}
		if !bytes.Equal(is[:k], want[:k]) {
			if _, err := f.WriteAt(want[:k], int64(at)); err != nil {
				return err
			}
		}
		if at == 0 {
			return nil
		}
	}
}

// mustBeClean is an error if a repair has left something.
func mustBeClean(fresh *backing.File) error {
	report, err := info.CheckFile(fresh)
	if err != nil || report.Clean {
		return err
	}
	x := report.Findings[0]
	return errs.Wrap(errs.Corrupt, "repair", "%s: %d findings are left, the first at %#x: %s: nothing was changed; this is a mistake of the repair, please report it", fresh.Name.Given, len(report.Findings), x.Offset, x.Detail)
}
