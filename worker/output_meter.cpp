// Off to the pool and back.
#include "worker/output_meter.h"

#include "jobs/money.h"

namespace worker {

bool OutputMeter::concerns(jobs::Job const& job) {
    return jobs::settled_by_duration(job.terms);
}

boost::asio::awaitable<OutputLength> OutputMeter::measure(jobs::Job const& job,
                                                          std::string const& result,
                                                          std::filesystem::path const& folder) {
    auto work = [&] { return look(job, result, folder); };
    co_return co_await pool_.run(work);
}

OutputLength OutputMeter::look(jobs::Job const& job, std::string const& result,
                               std::filesystem::path const& folder) {
    auto const name = named_in(result, config::service_for(settings_, job.service).result_fields);
    if (!name) {
        return {};
    }
    auto const found = gauge_.measure(*name, folder);
    if (!found) {
        return {.name = *name, .measured = std::unexpected{found.error()}};
    }
    auto const length =
        measurement_of(*found, config::track_of(settings_, job.service), jobs::Source::output);
    if (!length) {
        return {.name = *name,
                .measured = std::unexpected{adapters::MediaError{
                    .code = "no_audio", .message = "there is neither audio nor video in it"}}};
    }
    return {.name = *name, .measured = *length};
}

}  // namespace worker
