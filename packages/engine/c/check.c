// Whether a plan's header and tables are sound in themselves, whatever the image: nothing outside the file, nothing without bound.

static int refuse(pn_refusal *refusal, uint32_t code, uint32_t place, uint32_t index) {
  refusal->code = code;
  refusal->place = place;
  refusal->index = index;
  return 0;
}

static int section_fits(uint64_t size, uint64_t offset, uint64_t bytes, uint32_t alignment) {
  return offset >= sizeof(pn_header) && offset % alignment == 0 && offset + bytes <= size;
}

static int check_header(const uint8_t *plan, uint64_t size, pn_refusal *refusal) {
  const pn_header *h = (const pn_header *)plan;
#define REFUSE(what) return refuse(refusal, PN_REFUSED_##what, PN_IN_HEADER, 0)
  if (size < sizeof(pn_header)) REFUSE(SHORT);
  if (h->magic != PN_MAGIC) REFUSE(MAGIC);
  if (h->version != PN_VERSION) REFUSE(VERSION);
  if (h->size != size) REFUSE(SIZE);
  if (h->crc != crc32c(plan + 12, size - 12)) REFUSE(CHECKSUM);
  if (h->tensor_count > PN_MOST_TENSORS || h->buffer_count > PN_MOST_BUFFERS || h->source_count > PN_MOST_SOURCES ||
      h->step_count > PN_MOST_STEPS)
    REFUSE(LIMIT);
  if (!section_fits(size, h->metadata_offset, h->metadata_bytes, 1) ||
      !section_fits(size, h->tensors_offset, (uint64_t)h->tensor_count * sizeof(pn_tensor), 4) ||
      !section_fits(size, h->buffers_offset, (uint64_t)h->buffer_count * sizeof(pn_buffer), 4) ||
      !section_fits(size, h->sources_offset, (uint64_t)h->source_count * sizeof(pn_source), 4) ||
      !section_fits(size, h->steps_offset, (uint64_t)h->step_count * sizeof(pn_step), 4))
    REFUSE(SECTION);
  if (h->channels < 1 || h->channels > PN_MOST_CHANNELS || h->height > PN_MOST_SIDE || h->width > PN_MOST_SIDE ||
      h->multiple < 1 || h->multiple > PN_MOST_SIDE || h->blue_first > 1)
    REFUSE(HEADER);
#undef REFUSE
  return 1;
}

static uint32_t count_outputs(const pn_header *h, const pn_step *steps) {
  uint32_t count = 0;
  for (uint32_t s = 0; s < h->step_count; s++) count += steps[s].kind == PN_STEP_OUTPUT;
  return count;
}

static uint64_t count_blocks(const pn_header *h, const pn_buffer *buffers, pn_refusal *refusal) {
  uint64_t blocks = 0;
  for (uint32_t b = 0; b < h->buffer_count; b++) {
    if (buffers[b].blocks < 1 || buffers[b].blocks > PN_MOST_BLOCKS ||
        (blocks += buffers[b].blocks) > PN_MOST_ALL_BLOCKS)
      return (uint64_t)refuse(refusal, PN_REFUSED_LIMIT, PN_IN_BUFFER, b);
  }
  return blocks + 1; // never 0 for a sound one
}

static int check_tensors(const pn_header *h, const pn_tensor *tensors, uint64_t size, pn_refusal *refusal) {
  for (uint32_t t = 0; t < h->tensor_count; t++) {
    uint64_t each = tensors[t].dtype == PN_DTYPE_FLOAT32 ? 4 : tensors[t].dtype == PN_DTYPE_FLOAT16 ? 2 : tensors[t].dtype == PN_DTYPE_INT8 ? 1 : 0;
    if (each == 0) return refuse(refusal, PN_REFUSED_DTYPE, PN_IN_TENSOR, t);
    if (!section_fits(size, tensors[t].offset, tensors[t].count * each, PN_ALIGNMENT))
      return refuse(refusal, PN_REFUSED_RANGE, PN_IN_TENSOR, t);
  }
  return 1;
}

/** Bytes that the state of a plan takes whose header is sound; 0 where its buffers are refused. */
static uint64_t state_bytes(const uint8_t *plan, pn_refusal *refusal) {
  const pn_header *h = (const pn_header *)plan;
  uint64_t blocks = count_blocks(h, (const pn_buffer *)(plan + h->buffers_offset), refusal);
  if (blocks == 0) return 0;
  uint64_t outputs = count_outputs(h, (const pn_step *)(plan + h->steps_offset));
  return aligned(sizeof(pn_state)) + aligned(h->tensor_count * sizeof(float *)) +
         aligned(h->buffer_count * sizeof(pn_planes)) + aligned(h->step_count * sizeof(pn_shape)) +
         aligned(h->step_count * sizeof(pn_tables)) + aligned(h->source_count * sizeof(pn_tables)) +
         aligned(outputs * sizeof(pn_result)) + aligned(blocks) + 2 * aligned(h->buffer_count * sizeof(uint32_t));
}

/** Bytes that the state of a plan takes; 0 where the plan is refused. */
PN_API uint64_t pn_state_bytes(const uint8_t *plan, uint64_t size, pn_refusal *refusal) {
  return check_header(plan, size, refusal) ? state_bytes(plan, refusal) : 0;
}
