package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"usarena/arena/segment"
)

// mapping is a shared mapping of a process.
type mapping struct {
	From   uint64 `json:"from"`
	Size   uint64 `json:"size"`
	Access string `json:"access"` // rwxs
	Family string `json:"family"` // posix, sysv, memfd, file or anonymous
	Name   string `json:"name"`
	Gone   bool   `json:"gone"` // its name has been removed
	ID     uint64 `json:"shmid,omitempty"`
	Slot   int    `json:"slot,omitempty"` // of the process, where it is an arena
	Arena  bool   `json:"arena"`
	inode  uint64
}

// sharedMappings are the shared mappings of a process, by address.
func sharedMappings(pid int) ([]mapping, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []mapping
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		m, ok := parseMapping(lines.Text())
		if !ok {
			continue
		}
		m.findName(all)
		all = append(all, m)
	}
	return all, lines.Err()
}

// parseMapping reads a line of /proc/PID/maps: from-to access offset device inode
// name. False: it is private, or no such line.
func parseMapping(line string) (m mapping, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 5 || len(fields[1]) != 4 || fields[1][3] != 's' {
		return m, false
	}
	from, to, _ := strings.Cut(fields[0], "-")
	start, err1 := strconv.ParseUint(from, 16, 64)
	end, err2 := strconv.ParseUint(to, 16, 64)
	inode, err3 := strconv.ParseUint(fields[4], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || end < start {
		return m, false
	}
	m = mapping{From: start, Size: end - start, Access: fields[1], inode: inode}
	if _, name, found := strings.Cut(line, "/"); found {
		m.Name = "/" + name
	}
	m.Name, m.Gone = strings.CutSuffix(m.Name, " (deleted)")
	switch key, sysv := strings.CutPrefix(m.Name, "/SYSV"); {
	case sysv && m.Gone:
		m.Family, m.ID, m.Gone = "sysv", inode, false
		m.Name = "key 0x" + key
	case m.Gone && strings.HasPrefix(m.Name, "/memfd:"):
		m.Family, m.Gone, m.Name = "memfd", false, m.Name[1:]
	case m.Name == "" || m.Name == "/dev/zero":
		m.Family, m.Gone = "anonymous", false
	case strings.HasPrefix(m.Name, segment.ShmDir+"/"):
		m.Family = "posix"
	default:
		m.Family = "file"
	}
	return m, true
}

// findName finds the name of a file that got it after it was made, as arenas do: whoever
// made it has it mapped by the name that it was born with, #inode.
func (m *mapping) findName(before []mapping) {
	dir, base := filepath.Split(m.Name)
	if !m.Gone || base != fmt.Sprintf("#%d", m.inode) {
		return
	}
	for _, b := range before {
		if b.inode == m.inode && filepath.Dir(b.Name) == filepath.Clean(dir) {
			m.Name, m.Gone = b.Name, b.Gone
			return
		}
	}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && inodeOf(info) == m.inode {
			m.Name, m.Gone = dir+e.Name(), false
			return
		}
	}
}

// sameObject says that two mappings show the same object.
func (m *mapping) sameObject(o mapping) bool {
	return m.Family == o.Family && m.Name == o.Name && m.ID == o.ID && m.Family != "anonymous"
}
