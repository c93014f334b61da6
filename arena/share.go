package arena

import (
	"reflect"
	"sync"

	"usarena/internal/errs"
)

// verdicts caches what was found out about types, by the type of a pointer to
// them: that needs no value and no allocation. A verdict is an error or nothing.
var verdicts sync.Map // reflect.Type → verdict

type verdict struct{ err error }

var fine = &verdict{}

// shareable is ErrNotShareable for a type that is not laid out alike in 32- and
// 64-bit builds, or that means something in one process only.
func shareable[T any]() error {
	if v, ok := verdicts.Load(reflect.TypeFor[T]()); ok {
		return v.(*verdict).err
	}
	return judge(reflect.TypeFor[T]())
}

func judge(t reflect.Type) error {
	v := fine
	if _, _, bad := measure(t, t.String()); bad != nil {
		v = &verdict{bad.wrap(t)}
	}
	verdicts.Store(t, v)
	return v.err
}

// objection says which part of a type cannot be shared, why, and the cure.
type objection struct{ where, why, cure string }

func (o *objection) wrap(t reflect.Type) error {
	return errs.Wrap(errs.NotShareable, "type "+t.String(), "%s %s: %s", o.where, o.why, o.cure)
}
