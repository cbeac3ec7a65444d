// CRC-32C (Castagnoli): polynomial 0x1edc6f41, reflected; as iSCSI has it (RFC 3720, 12.1). Eight bytes at a time, by eight tables
// (Kounavis and Berry, "A systematic approach to building high performance software-based CRC generators", 2005).
static uint32_t crc_tables[8][256];

static void fill_crc_tables(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ (value & 1 ? 0x82f63b78u : 0);
    crc_tables[0][i] = value;
  }
  for (int t = 1; t < 8; t++)
    for (uint32_t i = 0; i < 256; i++) {
      const uint32_t before = crc_tables[t - 1][i];
      crc_tables[t][i] = (before >> 8) ^ crc_tables[0][before & 255];
    }
}

static uint32_t crc32c(const uint8_t *bytes, uint64_t size) {
  if (crc_tables[7][255] == 0) fill_crc_tables();
  uint32_t crc = ~0u;
  for (; size >= 8; size -= 8, bytes += 8) {
    const uint32_t low = crc ^ ((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                                (uint32_t)bytes[3] << 24);
    crc = crc_tables[7][low & 255] ^ crc_tables[6][low >> 8 & 255] ^ crc_tables[5][low >> 16 & 255] ^
          crc_tables[4][low >> 24] ^ crc_tables[3][bytes[4]] ^ crc_tables[2][bytes[5]] ^ crc_tables[1][bytes[6]] ^
          crc_tables[0][bytes[7]];
  }
  for (; size > 0; size--, bytes++) crc = (crc >> 8) ^ crc_tables[0][(crc ^ *bytes) & 255];
  return ~crc;
}
