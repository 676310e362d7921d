// Disk space is taken as bytes come, never as much as is announced.
#include "adapters/fetch/spool.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "adapters/fetch/failed.h"

namespace adapters::fetch {

namespace {

constexpr std::size_t piece_size = 65'536;

std::string reason(int error) {
    return std::generic_category().message(error);
}

class File {
public:
    explicit File(int number) : number_{number} {}

    File(File&& other) noexcept : number_{std::exchange(other.number_, -1)} {}

    File& operator=(File&&) = delete;

    ~File() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }

    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

// Where a file system knows no files without a name, the name is taken away at once.
File temporary_file(std::filesystem::path folder) {
    if (folder.empty()) {
        std::error_code ignored;
        folder = std::filesystem::temp_directory_path(ignored);
    }
    int number = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (number < 0) {
        auto name = (folder / "tallyman-XXXXXX").string();
        number = ::mkostemp(name.data(), O_CLOEXEC);
        if (number < 0) {
            fail("spool", fmt::format("no temporary file can be made in {}: {}; set TMPDIR",
                                      folder.string(), reason(errno)));
        }
        ::unlink(name.c_str());
    }
    return File{number};
}

void write_all(int file, std::span<std::byte const> bytes) {
    while (!bytes.empty()) {
        auto const count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR) {
            fail("spool", fmt::format("no room for a temporary file: {}", reason(errno)));
        }
        bytes = bytes.subspan(static_cast<std::size_t>(std::max(count, ssize_t{0})));
    }
}

class Spooled final : public RemoteSource {
public:
    Spooled(File file, std::uint64_t size, Client const& client)
        : file_{std::move(file)},
          size_{size},
          received_{client.received()},
          requests_{client.requests()} {}

    [[nodiscard]] std::uint64_t size() const override { return size_; }

    [[nodiscard]] bool far() const override { return false; }

    [[nodiscard]] std::uint64_t received() const override { return received_; }

    [[nodiscard]] int requests() const override { return requests_; }

    std::expected<std::size_t, MediaError> read(std::uint64_t offset,
                                                std::span<std::byte> into) override {
        auto const left = offset < size_ ? size_ - offset : 0;
        auto const want = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left));
        std::size_t done = 0;
        while (done < want) {
            auto const count = ::pread(file_.number(), into.data() + done, want - done,
                                       static_cast<off_t>(offset + done));
            if (count == 0 || (count < 0 && errno != EINTR)) {
                return std::unexpected{
                    MediaError{.code = "spool", .message = "the temporary file can't be read"}};
            }
            done += static_cast<std::size_t>(std::max(count, ssize_t{0}));
        }
        return done;
    }

private:
    File file_;
    std::uint64_t size_;
    std::uint64_t received_;
    int requests_;
};

}  // namespace

std::unique_ptr<RemoteSource> spool(Client& client, Head const& head) {
    auto const most = client.options().max_size;
    auto const too_large = [&] {
        client.fail_here("too_large", fmt::format("it has more than {} bytes", most));
    };
    if (head.length.value_or(0) > most) {
        too_large();
    }
    std::vector<std::byte> bytes(piece_size);
    auto count = client.fill(bytes);
    if (is_page(std::span{bytes}.first(count), head.type)) {
        client.fail_here("not_audio", "the server sends a page of text instead of a file");
    }
    auto file = temporary_file(client.options().spool_folder);
    std::uint64_t size = 0;
    while (count > 0) {
        size += count;
        if (size > most) {
            too_large();
        }
        write_all(file.number(), std::span{bytes}.first(count));
        count = client.fill(bytes);
    }
    client.leave();
    return std::make_unique<Spooled>(std::move(file), size, client);
}

std::unique_ptr<RemoteSource> nothing(Client const& client) {
    return std::make_unique<Spooled>(File{-1}, 0, client);
}

}  // namespace adapters::fetch
