// Memory of a WebAssembly module, and what a compiler expects of a C library.
#define EXPORT(name) __attribute__((export_name(#name)))

extern unsigned char __heap_base;
static uintptr_t heap_end;

/** Memory of its own, aligned to 64 bytes, at the end of all; 0 where there is none. */
EXPORT(reserve) void *reserve(uint32_t bytes) {
  const uint64_t page = 65536, alignment = PN_ALIGNMENT;
  if (heap_end == 0) heap_end = (uintptr_t)&__heap_base;
  const uint64_t start = (heap_end + alignment - 1) / alignment * alignment, end = start + bytes;
  const uint64_t pages = (end + page - 1) / page, has = __builtin_wasm_memory_size(0);
  if (end >> 32) return 0; // also the very last byte: where it ends could not be told from where it begins
  if (pages > has && __builtin_wasm_memory_grow(0, (uint32_t)(pages - has)) == (uint32_t)-1) return 0;
  heap_end = (uintptr_t)end;
  return (void *)(uintptr_t)start;
}

// The compiler may call these for structures.
void *memset(void *to, int byte, unsigned long count) {
  for (unsigned long i = 0; i < count; i++) ((uint8_t *)to)[i] = (uint8_t)byte;
  return to;
}
void *memcpy(void *restrict to, const void *restrict from, unsigned long count) {
  for (unsigned long i = 0; i < count; i++) ((uint8_t *)to)[i] = ((const uint8_t *)from)[i];
  return to;
}
