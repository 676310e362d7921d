// Small files in one call, large ones in parts; nothing larger than a part is held.
#include "adapters/storage/s3.h"

#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "adapters/storage/s3_caller.h"
#include "adapters/storage/xml.h"

namespace adapters::storage {

namespace {

using Done = std::expected<void, StorageError>;

std::unexpected<StorageError> failure(std::string code, std::string message) {
    return std::unexpected{StorageError{.code = std::move(code), .message = std::move(message)}};
}

std::unexpected<StorageError> absent(std::string_view key) {
    return failure("not_found", fmt::format("there is no object {}", key));
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    bool const whole = error == std::errc{} && end == text.data() + text.size();
    return whole && !text.empty() ? std::optional{number} : std::nullopt;
}

// A file that is read from its beginning to its end.
class Reading {
public:
    explicit Reading(std::filesystem::path const& path)
        : number_{::open(path.c_str(), O_RDONLY | O_CLOEXEC)} {
        struct stat found{};
        if (number_ >= 0 && ::fstat(number_, &found) == 0) {
            size_ = static_cast<std::uint64_t>(found.st_size);
        }
    }

    Reading(Reading const&) = delete;
    Reading& operator=(Reading const&) = delete;

    ~Reading() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }

    [[nodiscard]] bool is_open() const { return number_ >= 0; }

    [[nodiscard]] std::uint64_t size() const { return size_; }

    // So many, or what is left; nothing after an error.
    std::optional<std::string> next(std::uint64_t count) const {
        std::string bytes(count, '\0');
        std::size_t done = 0;
        while (done < bytes.size()) {
            auto const got = ::read(number_, bytes.data() + done, bytes.size() - done);
            if (got < 0 && errno != EINTR) {
                return std::nullopt;
            }
            if (got == 0) {
                break;
            }
            done += static_cast<std::size_t>(std::max(got, ssize_t{0}));
        }
        bytes.resize(done);
        return bytes;
    }

private:
    int number_;
    std::uint64_t size_ = 0;
};

class S3 final : public ArtifactStore {
public:
    S3(S3Options options, S3World world) : caller_{std::move(options), std::move(world)} {}

    Done put(std::string_view key, std::filesystem::path const& file,
             std::string_view type) override {
        Reading const reading{file};
        if (!reading.is_open()) {
            return failure("unreadable", fmt::format("{}: {}", file.filename().string(),
                                                     std::generic_category().message(errno)));
        }
        if (reading.size() > caller_.options().part_size) {
            return put_parts(key, reading, type);
        }
        auto bytes = reading.next(reading.size());
        if (!bytes) {
            return unreadable(file.filename().string());
        }
        return no_answer(caller_.call({.method = "PUT",
                                       .key = std::string{key},
                                       .headers = {{"Content-Type", std::string{type}}},
                                       .body = std::move(*bytes)}));
    }

    std::expected<std::string, StorageError> read(std::string_view key, std::uint64_t offset,
                                                  std::uint64_t count) override {
        if (count == 0) {
            return std::string{};
        }
        auto reply = get(key, offset, offset + count - 1);
        if (!reply) {
            return std::unexpected{reply.error()};
        }
        if (reply->status == 404) {
            return absent(key);
        }
        if (reply->status == 416) {
            return std::string{};
        }
        bool const all = reply->status == 200;  // ranges are not known there
        auto& bytes = reply->body;
        return all ? bytes.substr(std::min<std::uint64_t>(offset, bytes.size()), count)
                   : std::move(bytes);
    }

    std::expected<std::optional<std::uint64_t>, StorageError> size(std::string_view key) override {
        auto const reply = get(key, 0, 0);
        if (!reply) {
            return std::unexpected{reply.error()};
        }
        if (reply->status == 404) {
            return std::nullopt;
        }
        if (reply->status == 200) {
            return reply->body.size();
        }
        auto const range = header_of(*reply, "content-range");
        auto const slash = range.rfind('/');
        auto const size =
            slash == std::string_view::npos ? std::nullopt : number_of(range.substr(slash + 1));
        if (!size && reply->status != 416) {
            return failure("refused", "S3 does not say how large an object is");
        }
        return size.value_or(0);
    }

    Done remove(std::string_view key) override {
        return no_answer(caller_.call({.method = "DELETE", .key = std::string{key}}), true);
    }

    std::expected<std::vector<Artifact>, StorageError> list(std::string_view after,
                                                            int limit) override {
        auto const& prefix = caller_.options().prefix;
        Fields query{{"list-type", "2"}, {"max-keys", std::to_string(limit)}, {"prefix", prefix}};
        if (!after.empty()) {
            query.emplace_back("start-after", prefix + std::string{after});
        }
        auto const reply = caller_.call({.method = "GET", .bucket = true, .query = query});
        if (!reply) {
            return std::unexpected{reply.error()};
        }
        if (reply->status != 200) {
            return failure("not_found",
                           fmt::format("S3 answers {}: is there such a bucket?", reply->status));
        }
        std::vector<Artifact> found;
        for (auto const entry : each(reply->body, "Contents")) {
            auto const key = plain(inside(entry, "Key"));
            if (key.starts_with(prefix)) {
                found.push_back({.key = key.substr(prefix.size()),
                                 .size = number_of(inside(entry, "Size")).value_or(0),
                                 .changed = base::parse_timestamp(inside(entry, "LastModified"))
                                                .value_or(base::Timestamp{})});
            }
        }
        return found;
    }

private:
    static std::unexpected<StorageError> unreadable(std::string const& file) {
        return failure("unreadable", fmt::format("{}: it can't be read", file));
    }

    std::expected<S3Reply, StorageError> get(std::string_view key, std::uint64_t first,
                                             std::uint64_t last) {
        return caller_.call({.method = "GET",
                             .key = std::string{key},
                             .headers = {{"Range", fmt::format("bytes={}-{}", first, last)}}});
    }

    static Done no_answer(std::expected<S3Reply, StorageError> const& reply,
                          bool may_be_absent = false) {
        if (!reply) {
            return std::unexpected{reply.error()};
        }
        bool const fine = reply->status / 100 == 2 || (reply->status == 404 && may_be_absent);
        return fine ? Done{}
                    : failure("not_found",
                              fmt::format("S3 answers {}: is there such a bucket?", reply->status));
    }

    Done put_parts(std::string_view key, Reading const& reading, std::string_view type) {
        auto const begun = caller_.call({.method = "POST",
                                         .key = std::string{key},
                                         .query = {{"uploads", ""}},
                                         .headers = {{"Content-Type", std::string{type}}}});
        if (auto const failed = no_answer(begun); !failed) {
            return failed;
        }
        auto const upload = plain(inside(begun->body, "UploadId"));
        if (upload.empty()) {
            return failure("refused", "S3 does not begin an upload in parts");
        }
        auto done = send_parts(std::string{key}, upload, reading);
        if (!done) {  // else what was sent is kept, and paid for, for ever
            static_cast<void>(caller_.call(
                {.method = "DELETE", .key = std::string{key}, .query = {{"uploadId", upload}}}));
        }
        return done;
    }

    Done send_parts(std::string const& key, std::string const& upload, Reading const& reading) {
        std::string list = "<CompleteMultipartUpload>";
        auto const part_size = caller_.options().part_size;
        std::uint64_t sent = 0;
        for (int number = 1; sent < reading.size(); ++number) {
            auto bytes = reading.next(std::min(part_size, reading.size() - sent));
            if (!bytes || bytes->empty()) {
                return unreadable(key);
            }
            sent += bytes->size();
            auto const part = caller_.call(
                {.method = "PUT",
                 .key = key,
                 .query = {{"partNumber", std::to_string(number)}, {"uploadId", upload}},
                 .body = std::move(*bytes)});
            if (auto const failed = no_answer(part); !failed) {
                return failed;
            }
            list += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", number,
                                header_of(*part, "etag"));
        }
        auto const ended = caller_.call({.method = "POST",
                                         .key = key,
                                         .query = {{"uploadId", upload}},
                                         .headers = {{"Content-Type", "application/xml"}},
                                         .body = list + "</CompleteMultipartUpload>"});
        if (auto const failed = no_answer(ended); !failed) {
            return failed;
        }
        // An answer that begins with 200 may still say that it failed.
        return inside(ended->body, "ETag").empty()
                   ? failure("refused", "S3 does not put the parts together")
                   : Done{};
    }

    S3Caller caller_;
};

}  // namespace

std::unique_ptr<ArtifactStore> make_s3(S3Options options, S3World world) {
    return std::make_unique<S3>(std::move(options), std::move(world));
}

}  // namespace adapters::storage
