#include "adapters/http/file_part.h"

#include <algorithm>
#include <charconv>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace adapters::http {

namespace {

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range && text.size() < 100) {
        return UINT64_MAX;  // beyond any file, and as good as any other number that is
    }
    bool const whole = error == std::errc{} && end == text.data() + text.size();
    return whole && !text.empty() ? std::optional{number} : std::nullopt;
}

Plan from(std::uint64_t first, std::uint64_t last, std::uint64_t size) {
    if (first >= size) {
        return {Answer::unsatisfiable, {}};
    }
    return {Answer::part, {first, std::min(last, size - 1) - first + 1}};
}

Plan by_range(std::string_view range, std::uint64_t size) {
    if (range.size() < 6 || !same_word(range.substr(0, 6), "bytes=") || range.contains(',')) {
        return {Answer::whole, {0, size}};
    }
    range = trimmed(range.substr(6));
    auto const dash = range.find('-');
    if (dash == std::string_view::npos) {
        return {Answer::whole, {0, size}};
    }
    auto const first = number_of(range.substr(0, dash));
    auto const last = number_of(range.substr(dash + 1));
    if (dash == 0 && last) {  // so many at the end
        return *last == 0 ? Plan{Answer::unsatisfiable, {}}
                          : from(size - std::min(*last, size), size, size);
    }
    if (first && dash + 1 == range.size()) {
        return from(*first, UINT64_MAX, size);
    }
    if (!first || !last || *first > *last) {
        return {Answer::whole, {0, size}};
    }
    return from(*first, *last, size);
}

bool is_weak(std::string_view etag) {
    return etag.starts_with("W/");
}

bool matches(std::string_view list, std::string_view etag) {
    auto const bare = [](std::string_view tag) { return tag.substr(is_weak(tag) ? 2 : 0); };
    while (!list.empty() && !etag.empty()) {
        auto const end = std::min(list.find(','), list.size());
        auto const tag = trimmed(list.substr(0, end));
        if (tag == "*" || bare(tag) == bare(etag)) {
            return true;
        }
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

}  // namespace

Plan plan_file(Facts const& facts, std::string_view etag, std::uint64_t size) {
    Plan const whole{Answer::whole, {0, size}};
    if (!facts.get) {
        return whole;
    }
    if (matches(facts.if_none_match, etag)) {
        return {Answer::unchanged, {}};
    }
    if (facts.range.empty() || facts.head) {
        return whole;
    }
    bool const same = facts.if_range == etag && !etag.empty() && !is_weak(etag);
    return facts.if_range.empty() || same ? by_range(facts.range, size) : whole;
}

OpenFile::OpenFile(std::filesystem::path const& path)
    : fd_{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)} {
    struct stat status{};
    if (fd_ >= 0 && (::fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode))) {
        ::close(fd_);
        fd_ = -1;
    }
    size_ = fd_ < 0 ? 0 : static_cast<std::uint64_t>(status.st_size);
}

OpenFile::~OpenFile() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

bool OpenFile::read(std::uint64_t offset, std::string& into) const {
    std::size_t done = 0;
    while (done < into.size()) {
        auto const count =
            ::pread(fd_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
        if (count <= 0) {
            return false;
        }
        done += static_cast<std::size_t>(count);
    }
    return true;
}

}  // namespace adapters::http
