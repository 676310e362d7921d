// Ringing.
#include "adapters/sqlite/bell.h"

#include <fcntl.h>
#include <unistd.h>

namespace adapters::sqlite {

Bell::Bell(std::filesystem::path const& file)
    : file_{::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)} {}

Bell::~Bell() {
    if (file_ >= 0) {
        ::close(file_);
    }
}

void Bell::ring() const noexcept {
    char const stroke = '!';
    [[maybe_unused]] auto const written = ::pwrite(file_, &stroke, 1, 0);
}

}  // namespace adapters::sqlite
