//! Origins, limits and properties of the evaluation; what templates evaluate to is told in `testdata/cloudformation`.
