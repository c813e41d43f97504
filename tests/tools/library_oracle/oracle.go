// SPDX-License-Identifier: GPL-3.0-or-later
//
// oracle FILE...: what bashbrew makes of library files, one line of JSON each: {"file", "error"} or
// {"file", "maintainers", "entries"}. An independent judge of plugins/library-update.
//
// Paragraphs, folding and lists are read by the library that bashbrew itself reads them with, pault.ag/go/debian
// (Debian's golang-pault-go-debian-dev). What bashbrew does before and after is not packaged: it is written down
// here once more from the rules of its pkg/stripper and manifest/rfc2822.go, with Go's own regexp and unicode.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run oracle.go FILE...
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"sort"
	"strings"
	"unicode"

	"pault.ag/go/debian/control"
)

var (
	goodCommit     = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	goodFetch      = regexp.MustCompile(`^refs/(heads|tags)/[^*?:]+$`)
	goodTag        = regexp.MustCompile(`^\w[\w.-]{0,127}$`)
	goodMaintainer = regexp.MustCompile(`^([^\s<>()][^<>()]*)(?:\s+<([^\s<>()]+)>)?\s+[(]@([^\s<>()]+)[)]$`)
	architectures  = strings.Fields("amd64 arm32v5 arm32v6 arm32v7 arm64v8 i386 mips64le ppc64le riscv64 s390x windows-amd64")
	perArch        = regexp.MustCompile(`-(GitRepo|GitFetch|GitCommit|Directory|File|Builder)$`)
)

// Paragraph holds the members bashbrew decodes into; their names are the keys.
type Paragraph struct {
	control.Paragraph
	Maintainers   []Person `delim:"," strip:"\n\r\t "`
	Tags          []string `delim:"," strip:"\n\r\t "`
	SharedTags    []string `delim:"," strip:"\n\r\t "`
	Architectures []string `delim:"," strip:"\n\r\t "`
	GitRepo       string
	GitFetch      string
	GitCommit     string
	Directory     string
	File          string
	Builder       string
	ArchValues    map[string]string
	Constraints   []string `delim:"," strip:"\n\r\t "`
}

type Person struct{ Name, Address, Handle string }

func (p *Person) UnmarshalControl(text string) error {
	found := goodMaintainer.FindStringSubmatch(text)
	if found == nil {
		return fmt.Errorf("maintainer %q", text)
	}
	p.Name, p.Address, p.Handle = found[1], found[2], found[3]
	return nil
}

// Lines whose first non-blank is '#' never reach the parser.
func withoutComments(text []byte) io.Reader {
	var out bytes.Buffer
	for _, line := range bytes.SplitAfter(text, []byte("\n")) {
		if !bytes.HasPrefix(bytes.TrimLeftFunc(line, unicode.IsSpace), []byte("#")) {
			out.Write(line)
		}
	}
	return &out
}

func unique(list []string) []string {
	seen, out := map[string]bool{}, []string{}
	for _, item := range list {
		if !seen[item] {
			out = append(out, item)
		}
		seen[item] = true
	}
	return out
}

// One paragraph over the defaults in `p`: its own SharedTags and Architectures replace, other lists are added to.
func decode(decoder *control.Decoder, p *Paragraph) error {
	shared, archs := p.SharedTags, p.Architectures
	p.SharedTags, p.Architectures = nil, nil
	for {
		if err := decoder.Decode(p); err != nil {
			return err
		}
		if len(p.Order) > 0 {
			break
		}
	}
	if len(p.SharedTags) == 0 {
		p.SharedTags = shared
	}
	if len(p.Architectures) == 0 {
		p.Architectures = archs
	}
	p.Architectures = unique(p.Architectures)
	sort.Strings(p.Architectures)
	for key, value := range p.Values {
		if perArch.MatchString(key) {
			p.ArchValues[key] = value
		}
	}
	return nil
}

func clone(p Paragraph) Paragraph {
	p.Maintainers = append([]Person{}, p.Maintainers...)
	p.Tags = append([]string{}, p.Tags...)
	p.Constraints = append([]string{}, p.Constraints...)
	values := map[string]string{}
	for key, value := range p.ArchValues {
		values[key] = value
	}
	p.ArchValues = values
	return p
}

func unknownArch(list []string) error {
	for _, arch := range list {
		if !strings.Contains(" "+strings.Join(architectures, " ")+" ", " "+arch+" ") || arch == "" {
			return fmt.Errorf("architecture %q", arch)
		}
	}
	return nil
}

type seen struct{ tags, shared map[string]bool }

func (s seen) add(p *Paragraph) error {
	if len(p.Tags) < 1 {
		return fmt.Errorf("missing Tags")
	}
	if p.GitRepo == "" {
		return fmt.Errorf("missing GitRepo")
	}
	p.SharedTags = unique(p.SharedTags)
	for _, tag := range append(append([]string{}, p.Tags...), p.SharedTags...) {
		if !goodTag.MatchString(tag) {
			return fmt.Errorf("tag %q", tag)
		}
	}
	if err := unknownArch(p.Architectures); err != nil {
		return err
	}
	for _, tag := range p.Tags {
		if s.tags[tag] || s.shared[tag] {
			return fmt.Errorf("tag %q twice", tag)
		}
		s.tags[tag] = true
	}
	for _, tag := range p.SharedTags {
		if s.tags[tag] {
			return fmt.Errorf("shared tag %q twice", tag)
		}
		s.shared[tag] = true
	}
	return nil
}

func parse(text []byte) (*Paragraph, []Paragraph, error) {
	decoder, err := control.NewDecoder(withoutComments(text), nil)
	if err != nil {
		return nil, nil, err
	}
	global := Paragraph{Architectures: []string{"amd64"}, GitFetch: "refs/heads/master", Directory: ".",
		File: "Dockerfile", ArchValues: map[string]string{}}
	if err := decode(decoder, &global); err != nil {
		return nil, nil, err
	}
	if len(global.Maintainers) < 1 {
		return nil, nil, fmt.Errorf("missing Maintainers")
	}
	if len(global.Tags) > 0 {
		return nil, nil, fmt.Errorf("global Tags")
	}
	if err := unknownArch(global.Architectures); err != nil {
		return nil, nil, err
	}
	entries := []Paragraph{}
	names := seen{map[string]bool{}, map[string]bool{}}
	for {
		entry := clone(global)
		if err := decode(decoder, &entry); err == io.EOF {
			return &global, entries, nil
		} else if err != nil {
			return nil, nil, err
		}
		if !goodFetch.MatchString(entry.GitFetch) {
			return nil, nil, fmt.Errorf("GitFetch %q", entry.GitFetch)
		}
		if !goodCommit.MatchString(entry.GitCommit) {
			return nil, nil, fmt.Errorf("GitCommit %q", entry.GitCommit)
		}
		if err := names.add(&entry); err != nil {
			return nil, nil, err
		}
		entries = append(entries, entry)
	}
}

// What counts for one entry, and for each of its architectures.
func shown(p Paragraph) map[string]interface{} {
	archs := map[string]interface{}{}
	for _, arch := range p.Architectures {
		value := func(key, general string) string {
			if own := p.ArchValues[arch+"-"+key]; own != "" {
				return own
			}
			return general
		}
		archs[arch] = map[string]string{"GitRepo": value("GitRepo", p.GitRepo), "GitFetch": value("GitFetch", p.GitFetch),
			"GitCommit": value("GitCommit", p.GitCommit), "Directory": path.Clean(value("Directory", p.Directory)),
			"File": value("File", p.File), "Builder": value("Builder", p.Builder)}
	}
	return map[string]interface{}{"tags": p.Tags, "shared": p.SharedTags, "constraints": p.Constraints, "architectures": archs}
}

func handles(people []Person) []string {
	out := []string{}
	for _, person := range people {
		out = append(out, person.Name+"|"+person.Address+"|"+person.Handle)
	}
	return out
}

func main() {
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for _, name := range os.Args[1:] {
		text, err := os.ReadFile(name)
		if err != nil {
			panic(err)
		}
		global, entries, err := parse(text)
		if err != nil {
			out.Encode(map[string]interface{}{"file": path.Base(name), "error": err.Error()})
			continue
		}
		list := []interface{}{}
		for _, entry := range entries {
			list = append(list, shown(entry))
		}
		out.Encode(map[string]interface{}{"file": path.Base(name), "maintainers": handles(global.Maintainers), "entries": list})
	}
}
