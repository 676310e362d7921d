// One helper, from the worker's side: a process and the socket to it. Ended when this goes.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "adapters/media/crew/fd.h"
#include "adapters/media/crew/protocol.h"

namespace adapters::media::crew {

// Why there is no answer. Only `died`, `late` and `nonsense` may be the data's fault.
enum class Trouble : std::uint8_t {
    absent,    // it was dead before it had the request
    killed,    // SIGKILL from outside: an operator, or the system out of memory
    died,      // it crashed, or the sandbox ended it
    late,      // its time was up
    nonsense,  // it said what no honest helper says
    broken,    // it could not start: see `Failure::message`
};

struct Failure {
    Trouble trouble = Trouble::absent;
    std::string message;
};

class Process {
public:
    // To be called by a thread that outlives the helper: the system ends it with that thread.
    static std::expected<Process, std::string> start(std::vector<std::string> const& command,
                                                     std::uint64_t memory, base::Millis timeout);

    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    ~Process();

    // As many results as the request has files, or one from `source`. Afterwards, if there are
    // none, it is of no further use. The time that `source` takes is not the helper's.
    std::expected<std::vector<MeasureResult>, Failure> ask(Request const& request,
                                                           std::span<int const> files,
                                                           ByteSource* source);

    // Whether it is still there, as far as the system knows.
    bool alive();

    // Bytes that it holds in memory now; zero where the system does not say.
    [[nodiscard]] std::uint64_t resident() const;

    [[nodiscard]] int answered() const { return answered_; }

private:
    Process(pid_t pid, Fd socket, base::Millis timeout)
        : pid_{pid}, socket_{std::move(socket)}, timeout_{timeout} {}

    std::optional<Failure> greet();
    Failure bury(Trouble trouble);
    std::optional<int> end(int grace_ms);

    pid_t pid_ = -1;
    Fd socket_;
    base::Millis timeout_{0};
    bool greeted_ = false;
    int answered_ = 0;
};

}  // namespace adapters::media::crew
