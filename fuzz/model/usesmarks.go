package model

// Marks of the model of the use byte, by name in useMarks.
const (
	jKill = iota
	jCreate
	jLink
	jOpen
	jShare
	jLook
	jUnlinked
	jLeave
	jAlone
	jAloneLook
	jUnlink
	jPublish
)

var useMarks = [...]Mark{
	jKill:      {"", "SIGKILL"},
	jCreate:    {"", "a file is made, without a name; its maker is a user"},
	jLink:      {"", "it is linked to the name, if there is none"},
	jOpen:      {"", "the file behind the name is opened"},
	jShare:     {"J1", "join: read lock on the use byte"},
	jLook:      {"J2", "join: does the name still lead there?"},
	jUnlinked:  {"", "a user unlinks the name"},
	jLeave:     {"", "a user leaves"},
	jAlone:     {"J3", "remove, start afresh: write lock on the use byte"},
	jAloneLook: {"J4", "remove, start afresh: does the name still lead there?"},
	jUnlink:    {"J5", "remove: the name is unlinked"},
	jPublish:   {"J6", "start afresh: the new file takes the name"},
}
