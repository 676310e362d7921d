// The program. Everything it can do is a verb, see worker/cli/verbs.cpp.
#include <csignal>
#include <string_view>

#include "adapters/media/crew/helper.h"
#include "worker/cli/verbs.h"

int main(int argc, char** argv) {
    // Before anything else is made: it has hostile bytes to read and needs nothing of the rest.
    if (argc > 1 && std::string_view{argv[1]} == adapters::media::crew::helper_word) {
        return adapters::media::crew::run_helper(argc, argv);
    }
    // A limit on the size of files is an error of the write that meets it, not an end at once.
    std::signal(SIGXFSZ, SIG_IGN);
    return worker::cli::run_command_line(argc, argv);
}
