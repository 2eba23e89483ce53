#define _GNU_SOURCE
#include "CShims.h"

#include <errno.h>
#include <link.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int bell = -1;

void lc_prepare_waiting(void) {
    if (bell < 0) bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void lc_wake_waiting(void) {
    int error = errno;
    uint64_t one = 1;
    // It only fails when it rings already.
    if (bell >= 0 && write(bell, &one, sizeof one) < 0) errno = error;
    errno = error;
}

void lc_wait_for_wake(int64_t nanoseconds) {
    struct pollfd place = {.fd = bell, .events = POLLIN};
    if (nanoseconds < 0) nanoseconds = 0;
    struct timespec time = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    uint64_t count;
    if (ppoll(&place, 1, &time, 0) > 0 && read(bell, &count, sizeof count) < 0) return;
}

static int has_relocated_text(const struct dl_phdr_info *object) {
    for (int index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[index];
        if (header->p_type != PT_DYNAMIC) continue;
        const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(object->dlpi_addr + header->p_vaddr);
        for (; entry->d_tag != DT_NULL; entry++) {
            if (entry->d_tag == DT_TEXTREL) return 1;
            if (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_TEXTREL) return 1;
        }
        return 0;
    }
    // Who says nothing of it is left alone.
    return 1;
}

static int give_back(struct dl_phdr_info *object, size_t size, void *page_size) {
    (void)size;
    if (has_relocated_text(object)) return 0;
    uintptr_t page = *(const uintptr_t *)page_size;
    for (int index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[index];
        if (header->p_type != PT_LOAD || header->p_flags & PF_W) continue;
        uintptr_t start = object->dlpi_addr + header->p_vaddr;
        uintptr_t end = (start + header->p_filesz) / page * page;
        start = (start + page - 1) / page * page;
        if (start < end) madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void lc_give_loaded_pages_back(void) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    dl_iterate_phdr(give_back, &page);
}
