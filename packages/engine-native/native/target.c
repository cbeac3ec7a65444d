// Compiled once for each instruction set, with its flags and -DPN_TARGET=its name.
#define PN_API static
#include "../../engine/c/engine.c"
#include "../../engine/c/search.c"
#include "target.h"

#define JOINED(a, b) a##b
#define TARGET(name) JOINED(pn_target_, name)
#define QUOTED(name) #name
#define NAME(name) QUOTED(name)

const pn_target TARGET(PN_TARGET) = {
    NAME(PN_TARGET), pn_state_bytes, pn_open, pn_load, pn_floats, pn_bytes, pn_run, pn_arithmetics, pn_output,
    pn_search_bytes, pn_search_open, pn_search_chunk_bytes, pn_search_grow, pn_search_set, pn_search_clear, pn_search_vector,
    pn_search_best};
