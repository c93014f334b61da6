// Package fuzz is the place of the tests that need the whole: models of the
// protocols (model), histories of several processes against a plain map (ops),
// any bytes as an arena (image), system calls that fail and full disks (errors),
// processes killed and stopped at random (storm).
// Nobody imports them. doc/TESTING.md tells what each proves.
package fuzz
