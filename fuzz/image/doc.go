// Package image holds a fuzzer of arena files: any bytes at all are opened,
// looked at by everything that looks, and, if somebody can attach, allocated
// from, freed into, recovered and closed.
//
// What is held: every call comes back, with a result or with an error that a
// program can tell; nothing panics (but what is documented to), nothing faults,
// nothing runs for ever; no slice that is handed out reaches outside the mapping;
// a file shorter than its header says is ErrTruncated.
//
// The work is done by a child, this test binary started again, which serves many
// inputs. If it dies, or takes longer than a second and then again longer than
// some seconds in a fresh child, the input fails. Since the fuzzing engine cannot
// see what the child's code did, the child tells which errors and findings it
// met, and the parent passes through a different branch for each (seen_test.go).
//
// An input is either 0xff and the bytes of a file, or a base image with words
// changed in it; input_test.go has the format. After a change the header's
// checksum is made right again unless the input says otherwise, so the tag
// usarena_nochecksum is not needed here, but does no harm.
//
// A second child damages an arena that real processes have made, in one place
// after the other: each bit of its metadata, each byte of its header with every
// value, the file cut at each page. And one process writes over the metadata of an
// arena that two others use.
//
// By hand, for long, and for more of the random inputs that go test tries:
//
//	go test ./fuzz/image -run '^$' -fuzz=FuzzImage -fuzztime=30m -parallel=1
//	go test ./fuzz/image -run TestMutations -image.n=100000 -image.seed=5
//	go test ./fuzz/image -run TestFlips -timeout 2h -v -args -image.flips
//	go test ./fuzz/image -run TestScribbled -timeout 1h -v -args -image.scribbles=1000
//
// Reading order: base_test.go, input_test.go (what is tried), look_test.go,
// play_test.go (what is done with it), child_test.go, parent_test.go (by whom),
// image_test.go (the tests); flipbase_test.go, flipplay_test.go,
// flipchild_test.go, flips_test.go; scribble_test.go.
package image
