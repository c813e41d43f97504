# SPDX-License-Identifier: MIT
#
# slipway_add_plugin(NAME SOURCES file... [LIBRARIES target...] [DESTINATION dir])
#
# Builds NAME.so, a Slipway stage plugin: one exported symbol, nothing undefined, nothing shared with
# other plugins. DESTINATION is the build folder it is put in (default: the current binary folder).
#
# slipway_add_conformance_test(NAME [CASES path...])
#
# A CTest test NAME.check: `slipway check` of the plugin NAME, with sample cases (files, or folders of
# *.case.json; default: the folder check, if there is one). SLIPWAY_PROGRAM names the slipway to use (default: the
# one beside the SDK, or else in the PATH).

set(SLIPWAY_PLUGIN_VERSION_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/plugin.map")

function(slipway_add_plugin name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESTINATION" "SOURCES;LIBRARIES")
    if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "slipway_add_plugin(${name} SOURCES file... [LIBRARIES target...] "
                            "[DESTINATION dir]): ${arg_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT arg_DESTINATION)
        set(arg_DESTINATION "${CMAKE_CURRENT_BINARY_DIR}")
    endif()
    add_library(${name} MODULE ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE slipway::sdk ${arg_LIBRARIES})
    set_target_properties(${name} PROPERTIES
        PREFIX "" SUFFIX ".so" LIBRARY_OUTPUT_DIRECTORY "${arg_DESTINATION}"
        C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
        LINK_DEPENDS "${SLIPWAY_PLUGIN_VERSION_SCRIPT}")
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
    target_link_options(${name} PRIVATE
        "LINKER:--version-script=${SLIPWAY_PLUGIN_VERSION_SCRIPT}" "LINKER:-z,relro" "LINKER:-z,now"
        "LINKER:-z,noexecstack")
    # With sanitizers the runtime is in the host, so their symbols stay undefined here.
    if(NOT SLIPWAY_SANITIZE AND NOT "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize=")
        target_link_options(${name} PRIVATE "LINKER:-z,defs")
    endif()
endfunction()

function(slipway_add_conformance_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "CASES")
    if(NOT arg_CASES AND EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/check")
        set(arg_CASES check)
    endif()
    set(cases)
    foreach(case ${arg_CASES})
        get_filename_component(case "${case}" ABSOLUTE)
        list(APPEND cases --case "${case}")
    endforeach()
    if(TARGET slipway)
        set(program "$<TARGET_FILE:slipway>")
    else()
        find_program(SLIPWAY_PROGRAM slipway HINTS "${SLIPWAY_SDK_PROGRAM_DIR}")
        set(program "${SLIPWAY_PROGRAM}")
    endif()
    if(NOT program)
        message(WARNING "${name} is not checked: slipway is not installed; set SLIPWAY_PROGRAM")
        return()
    endif()
    add_test(NAME ${name}.check COMMAND "${program}" check "$<TARGET_FILE:${name}>" ${cases})
endfunction()
