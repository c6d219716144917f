"""Values of parameters that data gives: which tables and columns they come from, in which order, by which queries."""
