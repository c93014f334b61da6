//go:build linux

package us_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/us"
)

// Audio players in SGI's style demand that the descriptor of a pollable semaphore
// stands in one poll set with that of the audio port: the player's process sleeps
// until there is a command or room for samples. The parent only gives, and has
// opened nothing.

func init() {
	arenatest.Register("player", func(args []string) error {
		a := must(arena.Inherit())
		commands, replies, command := pollAt(a, args[0]), semaAt(a, args[1]), a.Bytes(num(args[2]), 1)
		cmdFD, port := must(us.OpenPollSema(commands, 0o777)), os.Stdin.Fd()
		queued := !must(us.PPollSema(commands))
		say("plays")
		samples := 0
		for {
			ready := []bool{!queued, false}
			if queued {
				ready = must(poll(-1, cmdFD, int(port)))
			}
			if ready[1] {
				n, err := os.Stdin.Read(make([]byte, 64))
				if err != nil {
					return err
				}
				samples += n
				say("port")
			}
			if !ready[0] {
				continue
			}
			switch command[0] {
			case 'n':
				command[0] = byte(samples)
			case 'q':
				check(us.VSema(replies))
				return errors.Join(us.ClosePollSema(commands), us.Detach(a))
			}
			check(us.VSema(replies))
			queued = !must(us.PPollSema(commands))
		}
	})
}

func TestClientAudio(t *testing.T) {
	with(t, us.CONF_ARENATYPE, us.US_SHAREDONLY)
	a := mustInit(t, arenatest.Name(t))
	commands, replies := need(us.NewPollSema(a, 0))(t), need(us.NewSema(a, 0))(t)
	command := need(us.Calloc(1, 1, a))(t)
	c := sproc(t, a, "player", commands.Offset(), replies.Offset(), command)
	c.line(t)
	ask := func(cmd byte) byte {
		a.Bytes(command, 1)[0] = cmd
		done(t, us.VSema(commands))
		within(t, "the reply", func() error { return us.PSema(replies) })
		return a.Bytes(command, 1)[0]
	}
	sent := byte(0)
	for range 5 {
		if n := ask('n'); n != sent {
			t.Errorf("%d samples played, not %d", n, sent)
		}
		need(c.in.Write([]byte("abc")))(t)
		c.line(t)
		sent += 3
		time.Sleep(time.Millisecond) // the next one finds it asleep, mostly
	}
	ask('q')
	c.finish(t)
	done(t, us.FreePollSema(commands, a), us.FreeSema(replies, a))
}
