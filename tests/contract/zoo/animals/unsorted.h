// SPDX-License-Identifier: GPL-3.0-or-later
// rule: same.elsewhere
// Lists a folder in the order of readdir().
#include <dirent.h>

static void list_folder(const char* path, char* text, size_t size) {
    DIR* folder = opendir(path);
    text[0] = '\0';
    for (struct dirent* entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        snprintf(text + strlen(text), size - strlen(text), "%s\n", entry->d_name);
    if (folder != NULL) closedir(folder);
}

#define IN_RUN                                                                                               \
    char names[1024];                                                                                        \
    list_folder(self->folder, names, sizeof names);                                                          \
    return copy_input(host, names)
