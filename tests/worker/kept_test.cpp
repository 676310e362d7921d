// What is kept of results: kinds, files, what is written down, and what goes when retention is
// over.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"
#include "tests/worker/world.h"
#include "worker/artifacts.h"
#include "worker/hints.h"
#include "worker/kept_file.h"
#include "worker/made_note.h"
#include "worker/result_kind.h"
#include "worker/result_sweep.h"

namespace worker {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

std::string type_of(std::string_view begin) {
    auto const kind = kind_of(begin);
    return kind ? std::string{kind->type} : "";
}

TEST(ResultKind, IsByContent) {
    EXPECT_EQ(type_of("ID3\x04\0\0"sv), "audio/mpeg");
    EXPECT_EQ(type_of("\xFF\xFB\x90\x64"sv), "audio/mpeg");
    EXPECT_EQ(type_of("\xFF\xF1\x50\x80"sv), "audio/aac");
    EXPECT_EQ(type_of("RIFF\x24\0\0\0WAVEfmt "sv), "audio/wav");
    EXPECT_EQ(type_of("RIFF\x24\0\0\0WEBPVP8 "sv), "image/webp");
    EXPECT_EQ(type_of("\0\0\0\x20"
                      "ftypisom"sv),
              "video/mp4");
    EXPECT_EQ(type_of("\0\0\0\x20"
                      "ftypM4A "sv),
              "audio/mp4");
    EXPECT_EQ(type_of("\x1A\x45\xDF\xA3\x9F"sv), "video/webm");
    EXPECT_EQ(type_of("\x89PNG\r\n\x1A\n"sv), "image/png");
    EXPECT_EQ(type_of("\xFF\xD8\xFF\xE0"sv), "image/jpeg");
    EXPECT_EQ(type_of("1\n00:00:00,000 --> 00:00:01,000\nHi\n"sv), "application/x-subrip");
    EXPECT_EQ(type_of("\xEF\xBB\xBFWEBVTT\n\n"sv), "text/vtt; charset=utf-8");
    EXPECT_EQ(type_of("你好"sv), "text/plain; charset=utf-8");
    EXPECT_EQ(type_of("  {\"error\":1}"sv), "application/json");
    EXPECT_EQ(type_of(" <html>"sv), "");
    EXPECT_EQ(type_of("<?xml version=\"1.0\"?><Error/>"sv), "");
    EXPECT_EQ(type_of(""sv), "");
    EXPECT_EQ(type_of("\0\1\2\3"sv), "");
}

TEST(ResultKind, MustFitItsRole) {
    auto const fits = [](std::string_view begin, char const* role, char const* announced = "") {
        return why_not(*kind_of(begin), role, announced).empty();
    };
    EXPECT_TRUE(fits("ID3"sv, "audio"));
    EXPECT_TRUE(
        fits("\0\0\0\x20"
             "ftypisom"sv,
             "audio"));
    EXPECT_FALSE(fits("ID3"sv, "video"));
    EXPECT_FALSE(fits("some text"sv, "audio"));
    EXPECT_TRUE(fits("some text"sv, "subtitles"));
    EXPECT_FALSE(fits("{}"sv, "subtitles"));
    EXPECT_TRUE(fits("{}"sv, "words", "application/json"));
    EXPECT_TRUE(is_taken({"audio/mpeg", ".mp3"}, {"video/*", "audio/*"}));
    EXPECT_TRUE(is_taken({"text/vtt; charset=utf-8", ".vtt"}, {"text/vtt"}));
    EXPECT_FALSE(is_taken({"audio/mpeg", ".mp3"}, {"video/*", "audio/wav"}));
}

TEST(KeptFile, OfTheResultFolderHasItsSizeAndHash) {
    support::TempDir const folder;
    std::ofstream{folder.path() / "speech.txt"} << "hello";
    config::Results const results;
    KeepingRules const rules{.results = results, .folder = folder.path()};
    std::set<std::string> names;
    auto const kept = keep_file({.role = "text", .file = "speech.txt"}, rules, names);
    ASSERT_TRUE(kept) << kept.error().message;
    EXPECT_EQ(kept->name, "speech.txt");
    EXPECT_EQ(kept->type, "text/plain; charset=utf-8");
    EXPECT_EQ(kept->size, 5U);
    EXPECT_EQ(kept->sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    for (auto const* name : {"none.txt", "../speech.txt", "/etc/passwd"}) {
        auto const lost = keep_file({.role = "text", .file = name}, rules, names);
        ASSERT_FALSE(lost) << name;
        EXPECT_EQ(lost.error().kind, NotKept::Kind::lost) << name;
    }
}

TEST(KeptFile, AreReadBackFromAResult) {
    auto const files = kept_files(
        R"({"audio":"audio.mp3","files":[{"name":"audio.mp3","role":"audio","type":"audio/mpeg",)"
        R"("size":7,"sha256":"ab"},{"name":"x"},3]})");
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files[0].name, "audio.mp3");
    EXPECT_EQ(files[0].size, 7U);
    EXPECT_TRUE(kept_files("no json").empty());
    EXPECT_TRUE(kept_files(R"({"files":"speech"})").empty());
}

TEST(MadeNote, IsReadAsItWasWrittenAndHoldsNoSecrets) {
    adapters::Verdict verdict{.fate = adapters::Fate::completed,
                              .result = R"({"a":1})",
                              .duration = base::Millis{1'234},
                              .made = {{.role = "audio", .url = "https://a/b?c=\"d"}}};
    auto const read = noted(made_note(verdict)).value();
    EXPECT_EQ(read.fate, adapters::Fate::completed);
    EXPECT_EQ(read.result, verdict.result);
    EXPECT_EQ(read.duration, verdict.duration);
    ASSERT_EQ(read.made.size(), 1U);
    EXPECT_EQ(read.made[0].url, verdict.made[0].url);
    verdict.made[0].headers = {{"Authorization", "Bearer key"}};
    EXPECT_EQ(made_note(verdict), "");
    EXPECT_FALSE(noted("task-1"));
    EXPECT_FALSE(noted("tallyman-made:no"));
}

TEST(Hints, OnlyWhatWasGivenOutIsProven) {
    Hints const hints{"https://tallyman.example", "a secret of sixteen bytes"};
    auto const url = hints.url(base::JobId{42});
    auto const begin = std::string{"https://tallyman.example/api/provider/hint/42/"};
    ASSERT_TRUE(url.starts_with(begin)) << url;
    auto const proof = url.substr(begin.size());
    EXPECT_EQ(hints.job_of("42", proof), base::JobId{42});
    EXPECT_FALSE(hints.job_of("43", proof));
    EXPECT_FALSE(hints.job_of("42x", proof));
    EXPECT_FALSE(hints.job_of("42", proof.substr(0, proof.size() - 1) + "g"));
    EXPECT_FALSE(hints.job_of("42", ""));
    EXPECT_FALSE(hints.job_of("-1", proof));
    EXPECT_FALSE((Hints{"https://tallyman.example", "another secret of ours"}.job_of("42", proof)));
}

TEST(Hints, TheirSecretIsMadeOnceAndForItsOwnerOnly) {
    support::TempDir const folder;
    config::Settings settings;
    settings.data_dir = folder.path() / "data";
    EXPECT_EQ(make_hints(settings), nullptr);
    settings.hints.public_url = "https://tallyman.example";
    auto const first = make_hints(settings)->url(base::JobId{1});
    EXPECT_EQ(make_hints(settings)->url(base::JobId{1}), first);
    auto const mode = fs::status(settings.data_dir / "hint.key").permissions();
    EXPECT_EQ(mode & fs::perms::all, fs::perms::owner_read | fs::perms::owner_write);
    settings.hints.secret = "one that all processes share";
    EXPECT_NE(make_hints(settings)->url(base::JobId{1}), first);
}

// Objects in memory.
class Objects final : public adapters::ArtifactStore {
public:
    std::expected<void, adapters::StorageError> put(std::string_view, fs::path const&,
                                                    std::string_view) override {
        return {};
    }

    std::expected<std::string, adapters::StorageError> read(std::string_view, std::uint64_t,
                                                            std::uint64_t) override {
        return "";
    }

    std::expected<std::optional<std::uint64_t>, adapters::StorageError> size(
        std::string_view) override {
        return std::nullopt;
    }

    std::expected<void, adapters::StorageError> remove(std::string_view key) override {
        std::erase_if(all, [&](auto const& artifact) { return artifact.key == key; });
        return {};
    }

    std::expected<std::vector<adapters::Artifact>, adapters::StorageError> list(
        std::string_view after, int) override {
        ++lists;
        std::vector<adapters::Artifact> page;
        for (auto const& artifact : all) {
            if (artifact.key > after && page.size() < 2) {
                page.push_back(artifact);
            }
        }
        return page;
    }

    std::vector<adapters::Artifact> all;
    int lists = 0;
};

// Two jobs of which the first has lost its result to retention.
struct Retention {
    tests::World world;
    base::JobId first = world.submit();
    base::JobId second = world.submit();

    Retention() {
        world.hire();
        world.until_ended(first);
        world.until_ended(second);
        world.store.transact(jobs::Load{.jobs = {first}}, [&](jobs::Batch& batch) {
            auto* const loaded = batch.find(first);
            loaded->job.pruned = true;
            loaded->changed = true;
        });
    }
};

TEST(ResultSweep, FoldersGoWithTheResultsOfTheirJobs) {
    Retention retention;
    support::TempDir const folder;
    for (auto const* name : {"1/audio.mp3", "2/audio.mp3", "99/stranger", "notes/x"}) {
        fs::create_directories((folder.path() / name).parent_path());
        std::ofstream{folder.path() / name} << "x";
    }
    auto& store = retention.world.store;
    EXPECT_EQ(sweep_folders(store, folder.path(), base::from_ms(1)), 0);
    auto const later = base::from_ms(std::int64_t{1} << 45);
    EXPECT_EQ(sweep_folders(store, folder.path(), later), 1);
    EXPECT_FALSE(fs::exists(folder.path() / "1"));
    EXPECT_TRUE(fs::exists(folder.path() / "2/audio.mp3"));
    EXPECT_TRUE(fs::exists(folder.path() / "99/stranger"));
    EXPECT_TRUE(fs::exists(folder.path() / "notes/x"));
    EXPECT_EQ(sweep_folders(store, folder.path(), later), 0);
    EXPECT_EQ(sweep_folders(store, folder.path() / "none", later), 0);
}

TEST(ResultSweep, ObjectsGoWithTheResultsOfTheirJobs) {
    Retention retention;
    auto const old = base::from_ms(1'000);
    auto const fresh = base::from_ms(9'000);
    Objects objects;
    objects.all = {{artifact_key(retention.first, "audio.mp3"), 1, old},
                   {artifact_key(retention.first, "words.json"), 1, old},
                   {artifact_key(retention.second, "audio.mp3"), 1, old},
                   {"stranger", 1, old},
                   {"x1", 1, fresh},
                   {"x2", 1, fresh},
                   {"x3", 1, old}};
    auto& store = retention.world.store;
    EXPECT_EQ(sweep_objects(store, objects, base::from_ms(1'000)), 0);
    EXPECT_EQ(objects.lists, 1);
    EXPECT_EQ(sweep_objects(store, objects, base::from_ms(5'000)), 2);
    EXPECT_EQ(objects.lists, 4);  // behind a page of new ones nobody looks
    EXPECT_EQ(objects.all.size(), 5U);
    EXPECT_EQ(objects.all[0].key, artifact_key(retention.second, "audio.mp3"));
}

}  // namespace
}  // namespace worker
