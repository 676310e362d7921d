// measure: the exact duration of audio, a line a file.
#include <charconv>

#include <unistd.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "wire/utf8.h"
#include "worker/cli/context.h"
#include "worker/cli/measure_all.h"
#include "worker/cli/measure_input.h"
#include "worker/cli/text.h"
#include "worker/cli/verbs.h"
#include "worker/measuring.h"

namespace worker::cli {

namespace {

using adapters::Measured;
using adapters::MeasureResult;
using adapters::MediaError;

// "0:07.300", "1:02:03.456".
std::string clock_text(base::Millis duration) {
    auto const ms = duration.count();
    auto const rest = fmt::format("{:02}.{:03}", ms / 1'000 % 60, ms % 1'000);
    auto const minutes = ms / 60'000;
    return minutes < 60 ? fmt::format("{}:{}", minutes, rest)
                        : fmt::format("{}:{:02}:{}", minutes / 60, minutes % 60, rest);
}

// Names of files may hold any bytes, JSON may not.
std::string valid(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        auto const before = text;
        if (wire::next_code_point(text)) {
            out += before.substr(0, before.size() - text.size());
        } else {
            text.remove_prefix(1);
            out += "\xEF\xBF\xBD";
        }
    }
    return out;
}

std::int64_t millis(adapters::Length const& length) {
    return to_millis(length).value_or(base::Millis{0}).count();
}

boost::json::object json_of(std::string const& name, Measured const& found) {
    boost::json::object line{{"file", valid(name)},
                             {"codec", found.codec},
                             {"duration_ms", millis(found.audio)},
                             {"samples", found.audio.samples},
                             {"rate", found.audio.rate},
                             {"basis", std::string{to_text(found.basis)}},
                             {"exact", found.exact},
                             {"truncated", found.truncated},
                             {"segments", found.segments},
                             {"taglib_ms", nullptr},
                             {"container", found.container}};
    if (found.taglib) {
        line["taglib_ms"] = found.taglib->count();
    }
    if (found.skipped_bytes > 0) {
        line["skipped_bytes"] = found.skipped_bytes;
    }
    if (!found.video_codec.empty()) {
        line["video_ms"] = millis(found.video);
        line["video_codec"] = found.video_codec;
    }
    if (!found.note.empty()) {
        line["note"] = found.note;
    }
    return line;
}

boost::json::object json_of(std::string const& name, MediaError const& error) {
    return {{"file", valid(name)}, {"error", {{"code", error.code}, {"message", error.message}}}};
}

std::string remarks(Measured const& found) {
    std::vector<std::string> parts;
    if (found.truncated) {
        parts.emplace_back("truncated");
    }
    if (found.segments > 1) {
        parts.push_back(fmt::format("{} segments", found.segments));
    }
    if (!found.exact) {
        parts.emplace_back("not exact");
    }
    if (found.skipped_bytes > 0) {
        parts.push_back(fmt::format("{} bytes of something else", found.skipped_bytes));
    }
    if (!found.video_codec.empty()) {
        parts.push_back(fmt::format("{} video {}", found.video_codec,
                                    clock_text(base::Millis{millis(found.video)})));
    }
    if (!found.note.empty()) {
        parts.push_back(found.note);
    }
    return parts.empty() ? "" : fmt::format("  ({})", fmt::join(parts, ", "));
}

// A file without audio has nothing to be billed by, whatever else is in it.
MeasureResult judged(MeasureResult const& result) {
    if (result && result->codec.empty()) {
        return std::unexpected{
            MediaError{.code = "no_audio", .message = "there is no audio in it"}};
    }
    return result;
}

// How far it is, on standard error, where nobody would see the lines themselves.
class Bar {
public:
    explicit Bar(std::size_t total)
        : total_{total}, shown_{total > 1 && ::isatty(STDERR_FILENO) == 1 && !on_terminal()} {}

    void at(std::size_t done) {
        auto const percent = done * 100 / total_;
        if (shown_ && percent != percent_) {
            percent_ = percent;
            fmt::print(stderr, "\r{} of {} files, {}%", done, total_, percent);
        }
    }

    void clear() {
        if (shown_ && percent_ <= 100) {
            fmt::print(stderr, "\r\x1b[2K");
            percent_ = 101;
        }
    }

private:
    std::size_t total_;
    bool shown_;
    std::size_t percent_ = 101;
};

template <typename T>
bool read_number(std::string_view text, T& into) {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc{} && end == text.data() + text.size() && into > 0;
}

// "s16le:24000:1"; the channels may be left out where there is one.
adapters::RawFormat raw_format(std::string const& text) {
    adapters::RawFormat format;
    auto const first = text.find(':');
    auto const second = std::min(text.find(':', first + 1), text.size());
    format.codec = text.substr(0, first);
    bool const good =
        first != std::string::npos && !format.codec.empty() &&
        read_number(std::string_view{text}.substr(first + 1, second - first - 1), format.rate) &&
        (second == text.size() ||
         read_number(std::string_view{text}.substr(second + 1), format.channels));
    if (!good) {
        throw Stop(usage, fmt::format("--raw: `{}` is not CODEC:RATE:CHANNELS, such as "
                                      "s16le:24000:1 or mulaw:8000",
                                      clean(text)));
    }
    return format;
}

class Measure final : public Verb {
public:
    void declare(Options& options) override {
        options.several("FILE", names_, "files, URLs, or - for standard input");
        options.flag("--recursive", recursive_, "measures the files in folders, and below them");
        options.text("--raw", "CODEC:RATE:CHANNELS", raw_,
                     "they are raw samples, such as s16le:24000:1 or mulaw:8000");
        options.example(
            "  tallyman measure speech.mp3 https://cdn.example/talk.m4a\n"
            "  tallyman --json measure --recursive recordings");
    }

    int run(Context& context) override {
        auto const& settings = context.settings().media;
        MeasurePlan plan{
            .names = recursive_ ? with_folders_opened(names_) : names_,
            .settings = settings,
            .open_url = [&settings](std::string const& url) { return open_url(settings, url); }};
        if (!raw_.empty()) {
            plan.hints.raw = raw_format(raw_);
        }
        Bar bar{plan.names.size()};
        bool all = true;
        measure_all(plan, [&](std::size_t at, MeasureResult const& found) {
            auto const result = judged(found);
            all = all && result.has_value();
            if (!context.json() && !result) {
                bar.clear();
            }
            show(context.json(), plan.names[at], result);
            bar.at(at + 1);
        });
        bar.clear();
        return all ? done : answer_is_no;
    }

private:
    static void show(bool json, std::string const& name, MeasureResult const& result) {
        if (json) {
            Context::print(result ? json_of(name, *result) : json_of(name, result.error()));
        } else if (result) {
            fmt::print("{:>13}  {:<10} {:>6} Hz  {}{}\n",
                       clock_text(base::Millis{millis(result->audio)}), result->codec,
                       result->audio.rate, clean(name), remarks(*result));
        } else {
            complain(fmt::format("{}: {} ({})", name, result.error().message, result.error().code));
        }
    }

    std::vector<std::string> names_;
    bool recursive_ = false;
    std::string raw_;
};

}  // namespace

std::unique_ptr<Verb> make_measure() {
    return std::make_unique<Measure>();
}

}  // namespace worker::cli
