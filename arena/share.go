package arena

import (
	"reflect"

	"usarena/internal/errs"
)

// verdict is what was found out about a type.
type verdict struct{ err error }

var fine = &verdict{}

func judge(t reflect.Type) *verdict {
	if _, _, bad := measure(t, t.String()); bad != nil {
		return &verdict{bad.wrap(t)}
	}
	return fine
}

// objection says which part of a type cannot be shared, why, and the cure.
type objection struct{ where, why, cure string }

func (o *objection) wrap(t reflect.Type) error {
	return errs.Wrap(errs.NotShareable, "type "+t.String(), "%s %s: %s", o.where, o.why, o.cure)
}
