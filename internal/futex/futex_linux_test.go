package futex_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"usarena/internal/futex"
)

// sleepers starts n goroutines that sleep on the word until it is 1 and waits
// until the kernel has them.
func sleepers(t *testing.T, word *atomic.Uint32, n int) *sync.WaitGroup {
	t.Helper()
	var wg sync.WaitGroup
	var here atomic.Int32
	for range n {
		wg.Go(func() {
			here.Add(1)
			for word.Load() == 0 {
				futex.Wait(word, 0, time.Minute)
			}
		})
	}
	for here.Load() != int32(n) {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(20 * time.Millisecond)
	return &wg
}

func TestWaitDoesNotSleep(t *testing.T) {
	var word atomic.Uint32
	word.Store(7)
	if futex.Wait(&word, 8, time.Hour) || futex.WaitLong(&word, 8) {
		t.Error("woken, though the word was another")
	}
	for _, d := range []time.Duration{0, -time.Second, time.Millisecond} {
		start := time.Now()
		if futex.Wait(&word, 7, d) {
			t.Error("woken by nobody")
		}
		if took := time.Since(start); took < d {
			t.Errorf("slept %v of %v", took, d)
		}
	}
}

func TestWake(t *testing.T) {
	var word atomic.Uint32
	if n := futex.Wake(&word, futex.All); n != 0 {
		t.Errorf("%d woken where nobody sleeps", n)
	}
	wg := sleepers(t, &word, 5)
	if n := futex.Wake(&word, 2); n != 2 {
		t.Errorf("%d woken of 2", n)
	}
	word.Store(1)
	futex.Wake(&word, futex.All)
	wg.Wait()
}

// A sleeper in one mapping of a page is woken through another one.
func TestTwoMappings(t *testing.T) {
	fd, err := unix.MemfdCreate("usarena-test", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Ftruncate(fd, 4096); err != nil {
		t.Fatal(err)
	}
	var words [2]*atomic.Uint32
	for i := range words {
		b, err := unix.Mmap(fd, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Munmap(b)
		words[i] = wordOf(b)
	}
	wg := sleepers(t, words[0], 3)
	words[1].Store(1)
	if n := futex.Wake(words[1], futex.All); n != 3 {
		t.Errorf("%d woken of 3", n)
	}
	wg.Wait()
	words[1].Store(0)
	done := make(chan bool)
	go func() {
		for words[0].Load() == 0 {
			futex.WaitLong(words[0], 0)
		}
		done <- true
	}()
	time.Sleep(10 * time.Millisecond)
	words[1].Store(1)
	futex.Wake(words[1], 1)
	<-done
}
