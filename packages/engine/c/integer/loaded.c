// What integer steps find loaded beside weights: by lane, as rows of 16 numbers for each block.

/** From the sums of a step to the integers of what it makes: see finish.c. */
enum { FINISH_SCALE, FINISH_SHIFT, FINISH_LOW, FINISH_HIGH, FINISH_REST, FINISH_ZERO, FINISH_ADDEND, FINISH_ROWS };
/** From integers of a buffer to what is taken of them: see map.c. */
enum { MAP_ZERO, MAP_ALL, MAP_BELOW, MAP_BASE, MAP_LOW, MAP_HIGH, MAP_PAD, MAP_ROWS };
enum { MAP_LANES = HL > PN_LANES ? HL : PN_LANES }; // 16 lanes, again and again where a vector holds more

enum { WORD = 4 }; // bytes of what is multiplied at a time: four integers of a byte, or two halfwords

/** Float `offset` of the arena, where loading has put something; of a plan that is part of the program, among its constants. */
static inline const float *loaded_at(const pn_state *state, uint64_t offset) {
#if defined(PN_BOARD_PLAN)
  return (const float *)state->constants + offset;
#else
  return state->arena + offset;
#endif
}
