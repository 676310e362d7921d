// Whatever a result or an input says: the file that it names is below its folder, what it is called
// can be shown, and what it begins with is judged.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

#include "base/check.h"
#include "worker/named_media.h"
#include "worker/result_kind.h"

namespace {

namespace fs = std::filesystem;

// A folder with files, beside one that must not be reached, also by a link.
struct Place {
    Place() {
        std::string name = (fs::temp_directory_path() / "tallyman-fuzz-XXXXXX").string();
        CHECK(::mkdtemp(name.data()) != nullptr);
        top = name;
        fs::create_directories(top / "in" / "deep");
        std::ofstream{top / "outside.txt"} << "outside";
        std::ofstream{top / "in" / "a.txt"} << "inside";
        std::ofstream{top / "in" / "deep" / "b.txt"} << "inside";
        fs::create_symlink("../outside.txt", top / "in" / "link.txt");
        fs::create_directory_symlink("..", top / "in" / "up");
    }

    Place(Place const&) = delete;
    Place& operator=(Place const&) = delete;

    ~Place() {
        std::error_code code;
        fs::remove_all(top, code);
    }

    fs::path top;
};

fs::path folder() {
    static Place const place;
    return place.top / "in";
}

void check_path(std::string const& name) {
    auto const file = worker::open_beneath(folder(), name);
    if (!file) {
        CHECK(!file.error().code.empty() && !file.error().message.empty());
        return;
    }
    char text[16]{};
    auto const size = ::read(file->get(), text, sizeof text);
    CHECK(size < 0 || std::string_view(text, static_cast<std::size_t>(size)) != "outside");
}

void check_shown(std::string_view text) {
    for (auto const& name : {worker::printable(text), worker::shown(std::string{text})}) {
        CHECK(std::ranges::none_of(
            name, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    if (auto const name = worker::named_in(text, {"url", "/a/0/file"})) {
        check_path(*name);
        check_shown(*name);
    }
    check_path(std::string{text});
    check_shown(text);
    if (auto const kind = worker::kind_of(text.substr(0, worker::kind_head))) {
        CHECK(kind->type.contains('/') && kind->extension.starts_with('.'));
        worker::why_not(*kind, "audio", "");
    }
    return 0;
}
