// Package halt stops other processes for a moment, all of their threads, and lets
// them go on.
//
// They are traced for that time: they go on by themselves when the one that stopped
// them is killed, their parents see nothing of it, and what was stopped before stays so.
// Where the system does not allow that they get SIGSTOP and SIGCONT, if the caller says
// so: whoever is killed in between leaves them stopped, and somebody has to send the
// SIGCONT.
package halt
