// c10d includes this and takes nothing from it. See context.h.
#pragma once
