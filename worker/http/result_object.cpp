// The first part is read before anything is answered, so that what is not there is told as such.
#include "worker/http/result_object.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "adapters/http/facts.h"
#include "adapters/http/file_part.h"

namespace worker::http {

namespace {

using adapters::ArtifactStore;
using adapters::http::Part;
using adapters::http::Response;

constexpr std::uint64_t piece = std::uint64_t{2} << 20;

class ObjectStream final : public adapters::http::StreamBody {
public:
    ObjectStream(ArtifactStore& artifacts, BlockingPool& pool, std::string key, Part part,
                 std::string first)
        : artifacts_{artifacts},
          pool_{pool},
          key_{std::move(key)},
          size_{part.size},
          at_{part.first},
          left_{part.size},
          ready_{std::move(first)} {}

    [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }

    boost::asio::awaitable<std::optional<std::string>> next() override {
        if (left_ == 0) {
            co_return std::nullopt;
        }
        if (ready_.empty()) {
            auto read = [this] { return artifacts_.read(key_, at_, std::min(left_, piece)); };
            auto got = co_await pool_.run(std::move(read));
            if (!got || got->empty()) {
                throw std::runtime_error{got ? "the object is shorter than it was"
                                             : got.error().message};
            }
            ready_ = std::move(*got);
        }
        ready_.resize(std::min<std::uint64_t>(ready_.size(), left_));
        at_ += ready_.size();
        left_ -= ready_.size();
        co_return std::exchange(ready_, {});
    }

private:
    ArtifactStore& artifacts_;
    BlockingPool& pool_;
    std::string key_;
    std::uint64_t size_;
    std::uint64_t at_;
    std::uint64_t left_;
    std::string ready_;
};

adapters::http::Plan plan_of(Call const& call, KeptObject const& object) {
    auto const text = [&](char const* name) { return std::string{call.request.header(name)}; };
    adapters::http::Facts const facts{.head = call.request.method == "HEAD",
                                      .get = true,
                                      .range = text("range"),
                                      .if_range = text("if-range"),
                                      .if_none_match = text("if-none-match")};
    return adapters::http::plan_file(facts, object.etag, object.size);
}

Response unsatisfiable(Call const& call, std::uint64_t size) {
    return respond({wire::Refusal{.code = "range_not_satisfiable",
                                  .detail = "the range begins behind the end of the file",
                                  .status = 416},
                    {{"Content-Range", fmt::format("bytes */{}", size)}}},
                   call.language);
}

}  // namespace

BlockingPool& pool_for_objects(Office const& office) {
    bool const apart = office.artifacts != nullptr && office.objects != nullptr;
    return apart ? *office.objects : office.pool;
}

std::expected<Response, ObjectTrouble> object_answer(Call const& call, KeptObject const& object) {
    auto const plan = plan_of(call, object);
    if (plan.answer == adapters::http::Answer::unsatisfiable) {
        return unsatisfiable(call, object.size);
    }
    Response response{.headers = {{"Accept-Ranges", "bytes"}, {"ETag", object.etag}},
                      .type = object.type,
                      .body = std::string{}};
    if (plan.answer == adapters::http::Answer::unchanged) {
        response.status = 304;
        return response;
    }
    auto const [first, size] = plan.part;
    auto begin = call.office.artifacts->read(object.key, first, std::min(size, piece));
    if (!begin) {
        return std::unexpected{begin.error().code == "not_found" ? ObjectTrouble::absent
                                                                 : ObjectTrouble::unavailable};
    }
    if (plan.answer == adapters::http::Answer::part) {
        response.status = 206;
        response.headers.push_back(
            {"Content-Range", fmt::format("bytes {}-{}/{}", first, first + size - 1, object.size)});
    }
    response.body =
        std::make_unique<ObjectStream>(*call.office.artifacts, pool_for_objects(call.office),
                                       object.key, plan.part, std::move(*begin));
    return response;
}

}  // namespace worker::http
