package worker

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// The environment of a worker.
const (
	envKind = "USARENA_WORKER"
	envSpec = "USARENA_WORKER_SPEC"
)

// message is what a worker writes.
type message struct {
	Failed string          `json:"failed,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
}

// Side is the worker's side of the talk.
type Side struct {
	enc    *json.Encoder
	inputs chan json.RawMessage
}

var kinds = map[string]func(*Side) error{}

// Register says what a worker of this kind does. An error that it returns
// reaches the starter in the next Hear. To be called from init functions.
func Register(kind string, work func(*Side) error) { kinds[kind] = work }

// Main does the work and ends the process if this process is a worker;
// otherwise it returns at once. Programs and test binaries that use Start call
// it before anything else.
func Main() {
	kind := os.Getenv(envKind)
	if kind == "" {
		return
	}
	os.Unsetenv(envKind) // not for children of a worker
	s := &Side{enc: json.NewEncoder(os.Stdout), inputs: make(chan json.RawMessage, 16)}
	work := kinds[kind]
	err := fmt.Errorf("worker %q is unknown to this program", kind)
	if work != nil {
		err = work(s)
	}
	if err != nil {
		s.enc.Encode(message{Failed: err.Error()})
		os.Exit(1)
	}
	os.Exit(0)
}

// Spec stores what Start was given in v.
func (s *Side) Spec(v any) error {
	return json.Unmarshal([]byte(os.Getenv(envSpec)), v)
}

// Follow reads what the starter sends, for Hear, and ends this process when the
// starter goes away. A worker that lives for a moment does without it.
func (s *Side) Follow() {
	go func() {
		in := json.NewDecoder(os.Stdin)
		for {
			var m json.RawMessage
			if err := in.Decode(&m); err != nil {
				fmt.Fprintln(os.Stderr, "the process that started this worker is gone")
				os.Exit(3)
			}
			s.inputs <- m
		}
	}()
}

// Ready says that everything is prepared and waits until Together lets all
// begin.
func (s *Side) Ready() error {
	s.Follow()
	var begin bool
	if err := s.Tell(true); err != nil {
		return err
	}
	return s.Hear(&begin)
}

// Tell sends a value to the starter.
func (s *Side) Tell(v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.enc.Encode(message{Body: body})
}

// Hear waits for the next value of the starter and stores it in v.
func (s *Side) Hear(v any) error {
	return json.Unmarshal(<-s.inputs, v)
}

// Stay waits to be killed. A select of nothing would end the process instead, as
// deadlocked, once none of its goroutines can go on and no timer runs.
func Stay() {
	for {
		time.Sleep(time.Hour)
	}
}
