// Package model checks the protocols of the allocator, of users and of locks and
// their kin, not their code: each protocol is a small machine whose steps are the single
// stores and loads of shared words, and Explore visits every state that any
// interleaving of its processes can reach, with kills between any two steps.
//
// What it proves it proves for a few processes, blocks and pages and for a
// memory in which stores are seen in order. The link to the code are marks: a
// step that stands for a line names it, and that line carries the comment
// "// model: " and the name; TestMarkers holds both sides together.
//
// An onlooker's notes (who holds which block) are part of a state but are never
// read by a step of the protocol; only what must hold is said with them.
//
// Each model can be given a planted bug. A test holds that every one is seen: a
// model that cannot fail says nothing.
//
// Nouns. A state is everything shared and every process's place in its program.
// A step leads from one to the next. A foul is a mistake of the program that
// uses the allocator, such as a double free. A clean state is one in which
// everything was given back; it must stay in reach from everywhere. A lazy step is
// one that nobody need take, such as the beginning of an operation or a death;
// where a machine names its lazy steps, a clean state must be in reach without
// them, so that nobody who waits depends on what others may begin.
//
// The spans model is about the bits of blocks, whose they are and who owns a span;
// the runs model about state words of pages, region locks, growth and the hints of
// a region. In the runs model a look at a word that only the holder of a lock can
// change is one step with the store that follows it, the best fit is any fit,
// and of two processes that may do the same one order stands for both. What the
// runs model leaves out: recovery that frees the blocks of the dead, windows
// smaller than the arena, and the hint of the longest free run.
//
// In the spans model blocks have a user: a slot in one generation. A block of one
// that has closed, or that was kept, is nobody's. The words must name the user of
// every live block at all times, and tell as orphans the blocks of the dead and no
// others. A record has two entries instead of seven. Where recovery frees what the
// dead leave, programs do not free blocks of others that may die meanwhile; the
// planted bug "handed on" shows why. The hint Room is left out.
//
// In the model of cells the owner of a block's span is anybody, who collects and
// issues it again at any time. An operation that its lane says nothing of any more
// must have happened as a whole or not at all. Tags have all the bits of a sequence,
// of which only the order is kept; runs with tags of three values stand for
// sequences that wrap round. They hold for as long as nobody is stopped between its look at a
// cell and its compare-and-swap until a tag comes round; TestCellStalled shows what
// can happen then. What tells the user of a block there is the spans model's.
//
// In the model of slots a user has one thing of each kind that recovery repairs, in the
// order in which it does so. That of the use byte has files that come and go under
// one name. In that of growth a call of fallocate happens or fails as a whole.
//
// The models of locks, semaphores, units with undo, pollable semaphores, barriers,
// reader-writer locks, conditions and objects follow LOCKING.md; their marks are
// the steps there. Their users are slots with generations and bytes, in crew.go.
// A process has one or two goroutines at an object, and a gate for them. Sleepers
// are in the kernel's queue until somebody wakes them, whichever of them; that the
// kernel wakes who came first is not relied on. A quantum's end is a step that a
// sleeper may take at any time. Configurations without that step and without
// deaths prove that no wake-up is lost: in none of their states does everybody rest
// while somebody sleeps who need not. Those with deaths prove that a quantum makes
// up for every wake-up that a death swallows.
//
// In these models a look at a word and the compare-and-swap that follows it are
// one step, for one that fails is tried again and one that succeeds is a look at
// that moment; where others can act between a look and a plain store, the two are
// two. An event that counts up is the knowledge whether it has moved since it was
// loaded. Of sequence numbers and tickets only the order is kept. Left out are
// their wrapping round, watched semaphores, waiting for units with undo and for
// the word of a reader-writer lock, which are as for the others, and locks that
// their owners keep.
//
// Reading order: checker.go, path.go; spans.go, spansteps.go, spansops.go,
// spansown.go, spansadopt.go, spanstag.go, spansrecover.go, spansuser.go,
// spanswrong.go, spanmarks.go, spanscanon.go; runs.go, runswalk.go, runswrong.go,
// runssteps.go, runsbegin.go, runsplaces.go, runsscan.go, runscarve.go,
// runscross.go, runsfree.go, runsresize.go, runsrecover.go, runsmarks.go,
// runsswap.go; crew.go; cells.go, cellsteps.go, cellshands.go, cellsops.go,
// cellscommit.go, cellsdrop.go, cellsrecover.go, cellswrong.go, cellsmarks.go,
// cellscanon.go; attach.go, attachsteps.go, attachwork.go, attachrecover.go,
// attachwrong.go, attachmarks.go; uses.go,
// usessteps.go, usesmarks.go; growth.go, growthmarks.go;
// locks.go, lockssteps.go, lockswait.go, locksunlock.go, locksrecover.go,
// lockswrong.go, locksmarks.go, locksswap.go; semas.go, semassteps.go,
// semaswait.go, semasrecover.go, semaswrong.go, semasmarks.go, semasswap.go;
// undo.go, undosteps.go, undorecover.go, undowrong.go, undomarks.go; polls.go,
// pollssteps.go, pollsqueue.go, pollsrecover.go, pollswrong.go, pollsmarks.go;
// barriers.go, barsteps.go, barwait.go, barreset.go, barwrong.go, barmarks.go;
// rwlocks.go, rwsteps.go, rwread.go, rwwrite.go, rwrecover.go, rwwrong.go,
// rwmarks.go; conditions.go, condsteps.go, condmarks.go; objects.go, objsteps.go,
// objmarks.go.
package model
