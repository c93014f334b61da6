package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"usarena/arena/segment"
	"usarena/internal/backing"
	"usarena/internal/layout"
)

// How arenas in System V segments are named, and their lock files.
const (
	sysvPrefix = "sysv:"
	companion  = backing.CompanionPrefix
)

func sysvName(key string) string { return sysvPrefix + key }

// sizeOfSegment is a segment's size, and when somebody last attached or detached it.
func sizeOfSegment(key string) (uint64, time.Time, error) {
	k, err := strconv.ParseUint(key, 0, 32)
	if err != nil {
		return 0, time.Time{}, err
	}
	s, err := segment.Get(segment.Key(k), 0, 0)
	if err != nil {
		return 0, time.Time{}, err
	}
	st, err := s.Stat()
	return st.Size, slices.MaxFunc([]time.Time{st.Access, st.Detach, st.Change}, time.Time.Compare), err
}

// lost are arenas in System V segments whose lock file is gone, so that nobody can join
// them; none if directories are named, as they are in none.
func lost(dirs []string) (all []found) {
	if !slices.Equal(dirs, []string{segment.ShmDir}) {
		return nil
	}
	segments, _ := segment.List() // without System V there are none
	for _, st := range segments {
		name := fmt.Sprintf("%s%#x", sysvPrefix, uint32(st.Key))
		if _, err := os.Stat(companion + name[len(sysvPrefix):]); err == nil || st.Key == segment.Private || !holdsArena(st.ID) {
			continue
		}
		f := found{Name: name, State: stateLeft, Users: int(st.Attached), Bytes: st.Size, changed: st.Change}
		if st.Attached > 0 {
			f.State = stateLive
		}
		all = append(all, f)
	}
	return all
}

// holdsArena says that a segment begins as an arena does.
func holdsArena(id int) bool {
	s, err := segment.ByID(id)
	if err != nil {
		return false
	}
	b := make([]byte, layout.HeaderSize)
	_, err = s.ReadAt(b, 0)
	return err == nil && layout.HeaderOf(b).Magic == layout.Magic
}

// descriptorOf is the name of what is mapped in a process without a name: a descriptor
// of the process that leads to it, "" if it has none or may not be looked at.
func descriptorOf(pid int, inode uint64) string {
	dir := fmt.Sprintf("/proc/%d/fd/", pid)
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if st, err := os.Stat(filepath.Join(dir, e.Name())); err == nil && inodeOf(st) == inode && !st.IsDir() {
			return dir + e.Name()
		}
	}
	return ""
}
