// Has nothing in it: a precompiled header needs a target with a source.
