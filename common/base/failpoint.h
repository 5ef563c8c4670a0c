#pragma once

#include <string_view>

#include "common/base/status.h"

namespace weir {

// A step towards the outside (a file is renamed, a transaction committed) at which a test may hurt
// a running process. WEIR_FAILPOINTS names a folder; a file in it that has the step's name is taken
// by the first process that comes there, and says what happens:
//   crash        the process is killed
//   fault        it dies of a mistake of its own: SIGSEGV in this thread
//   hang MS      it stands still for so long, then goes on
//   error        the step fails: kUnavailable
// What was taken is called STEP.PID from then on. Without the variable a call costs a load. From
// any thread.
Status Failpoint(std::string_view step);

}  // namespace weir
