/* wal_writer FILE RECORDS BYTES: appends records to a log and makes each durable (fdatasync). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int records = atoi(argv[2]);
  const size_t bytes = (size_t)atol(argv[3]);
  char* record = malloc(bytes);
  const int fd = open(argv[1], O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0644);
  if (fd < 0 || !record) return 1;
  for (size_t i = 0; i < bytes; i++) record[i] = (char)(i * 31);
  for (int r = 0; r < records; r++) {
    if (write(fd, record, bytes) != (ssize_t)bytes || fdatasync(fd)) {
      perror("wal_writer");
      return 1;
    }
  }
  return close(fd);
}
