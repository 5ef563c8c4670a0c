#pragma once

#include <string>

#include "client/screen.h"

namespace weir {

// Of standard output; 24 by 80 where it cannot say.
Screen::Size TerminalSize();

// What is typed and shown is UTF-8, also where the environment names no language (containers). For
// the whole process, before it has other threads.
void UseUtf8();

// From now on Ctrl-C ends no process. For the whole process, once.
void CatchInterrupts();
// Whether there was one since this was last asked.
bool TakeInterrupt();

// Where the prompts keep their history; empty: there is no home.
std::string HistoryFile();

}  // namespace weir
