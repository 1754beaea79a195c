#include "parsers/eventlabels.h"

#define LONGEST_LABEL 40 /* bytes */

/* Grouped by language; within each the names of Vista and later first, then those of NT to 2003. */
#define NAME(literal) {literal, sizeof(literal) - 1}

static const struct label_name {
    struct text name;
    enum event_label label;
} label_names[] = {
    {NAME("Log Name"), LABEL_LOG},
    {NAME("Source"), LABEL_SOURCE},
    {NAME("Date"), LABEL_DATE},
    {NAME("Event ID"), LABEL_ID},
    {NAME("EventID"), LABEL_ID},
    {NAME("Task Category"), LABEL_TASK},
    {NAME("Task"), LABEL_TASK},
    {NAME("Level"), LABEL_LEVEL},
    {NAME("Opcode"), LABEL_OPCODE},
    {NAME("Keywords"), LABEL_KEYWORDS},
    {NAME("Keyword"), LABEL_KEYWORDS},
    {NAME("User"), LABEL_USER},
    {NAME("User Name"), LABEL_USER_NAME},
    {NAME("Computer"), LABEL_COMPUTER},
    {NAME("Description"), LABEL_DESCRIPTION},
    {NAME("Event Xml"), LABEL_XML},
    {NAME("Event Type"), LABEL_LEVEL},
    {NAME("Type"), LABEL_LEVEL},
    {NAME("Event Source"), LABEL_SOURCE},
    {NAME("Event Category"), LABEL_TASK},
    {NAME("Category"), LABEL_TASK},
    {NAME("Time"), LABEL_TIME},
    {NAME("Data"), LABEL_DATA},
    {NAME("Event Text"), LABEL_DESCRIPTION},
    {NAME("Event Description"), LABEL_DESCRIPTION},
    {NAME("Details"), LABEL_DESCRIPTION},
    {NAME("Message"), LABEL_DESCRIPTION},

    {NAME("Protokollname"), LABEL_LOG},
    {NAME("Quelle"), LABEL_SOURCE},
    {NAME("Datum"), LABEL_DATE},
    {NAME("Ereignis-ID"), LABEL_ID},
    {NAME("Aufgabenkategorie"), LABEL_TASK},
    {NAME("Ebene"), LABEL_LEVEL},
    {NAME("Schl\xc3\xbcsselw\xc3\xb6rter"), LABEL_KEYWORDS},
    {NAME("Benutzer"), LABEL_USER},
    {NAME("Beschreibung"), LABEL_DESCRIPTION},
    {NAME("Ereignis-XML"), LABEL_XML},
    {NAME("Ereignistyp"), LABEL_LEVEL},
    {NAME("Ereignisquelle"), LABEL_SOURCE},
    {NAME("Ereigniskategorie"), LABEL_TASK},
    {NAME("Ereigniskennung"), LABEL_ID},
    {NAME("Zeit"), LABEL_TIME},
    {NAME("Uhrzeit"), LABEL_TIME},
    {NAME("Daten"), LABEL_DATA},

    {NAME("Nom du journal"), LABEL_LOG},
    {NAME("ID de l'\xc3\xa9v\xc3\xa9nement"), LABEL_ID},
    {NAME("Cat\xc3\xa9gorie de la t\xc3\xa2" "che"), LABEL_TASK},
    {NAME("Niveau"), LABEL_LEVEL},
    {NAME("Mots cl\xc3\xa9s"), LABEL_KEYWORDS},
    {NAME("Utilisateur"), LABEL_USER},
    {NAME("Ordinateur"), LABEL_COMPUTER},
    {NAME("XML de l'\xc3\xa9v\xc3\xa9nement"), LABEL_XML},
    {NAME("Type de l'\xc3\xa9v\xc3\xa9nement"), LABEL_LEVEL},
    {NAME("Source de l'\xc3\xa9v\xc3\xa9nement"), LABEL_SOURCE},
    {NAME("Cat\xc3\xa9gorie de l'\xc3\xa9v\xc3\xa9nement"), LABEL_TASK},
    {NAME("Heure"), LABEL_TIME},
    {NAME("Donn\xc3\xa9" "es"), LABEL_DATA},

    {NAME("Nombre de registro"), LABEL_LOG},
    {NAME("Origen"), LABEL_SOURCE},
    {NAME("Fecha"), LABEL_DATE},
    {NAME("Id. del evento"), LABEL_ID},
    {NAME("Categor\xc3\xad" "a de la tarea"), LABEL_TASK},
    {NAME("Nivel"), LABEL_LEVEL},
    {NAME("Palabras clave"), LABEL_KEYWORDS},
    {NAME("Usuario"), LABEL_USER},
    {NAME("Equipo"), LABEL_COMPUTER},
    {NAME("Descripci\xc3\xb3n"), LABEL_DESCRIPTION},
    {NAME("XML de evento"), LABEL_XML},
    {NAME("Tipo de suceso"), LABEL_LEVEL},
    {NAME("Origen del suceso"), LABEL_SOURCE},
    {NAME("Categor\xc3\xad" "a del suceso"), LABEL_TASK},
    {NAME("Id. suceso"), LABEL_ID},
    {NAME("Hora"), LABEL_TIME},
    {NAME("Datos"), LABEL_DATA},

    {NAME("Nome registro"), LABEL_LOG},
    {NAME("Origine"), LABEL_SOURCE},
    {NAME("ID evento"), LABEL_ID},
    {NAME("Categoria attivit\xc3\xa0"), LABEL_TASK},
    {NAME("Livello"), LABEL_LEVEL},
    {NAME("Parole chiave"), LABEL_KEYWORDS},
    {NAME("Utente"), LABEL_USER},
    {NAME("Descrizione"), LABEL_DESCRIPTION},
    {NAME("XML evento"), LABEL_XML},
    {NAME("Tipo evento"), LABEL_LEVEL},
    {NAME("Origine evento"), LABEL_SOURCE},
    {NAME("Categoria evento"), LABEL_TASK},
    {NAME("Ora"), LABEL_TIME},
    {NAME("Dati"), LABEL_DATA},
};

static const struct level_name {
    const char *name;
    uint8_t level;
} level_names[] = {
    {"Critical", LEVEL_CRITICAL},       {"Error", LEVEL_ERROR},
    {"Warning", LEVEL_WARNING},         {"Information", LEVEL_INFORMATION},
    {"Informational", LEVEL_INFORMATION}, {"Success", LEVEL_INFORMATION},
    {"Verbose", LEVEL_VERBOSE},

    {"Kritisch", LEVEL_CRITICAL},       {"Fehler", LEVEL_ERROR},
    {"Warnung", LEVEL_WARNING},         {"Informationen", LEVEL_INFORMATION},
    {"Ausf\xc3\xbchrlich", LEVEL_VERBOSE},

    {"Critique", LEVEL_CRITICAL},       {"Erreur", LEVEL_ERROR},
    {"Avertissement", LEVEL_WARNING},   {"Informations", LEVEL_INFORMATION},

    {"Cr\xc3\xadtico", LEVEL_CRITICAL}, {"Advertencia", LEVEL_WARNING},
    {"Informaci\xc3\xb3n", LEVEL_INFORMATION}, {"Detallado", LEVEL_VERBOSE},

    {"Critico", LEVEL_CRITICAL},        {"Errore", LEVEL_ERROR},
    {"Avviso", LEVEL_WARNING},          {"Informazioni", LEVEL_INFORMATION},
    {"Dettagliato", LEVEL_VERBOSE},
};

static const struct audit_name {
    const char *name;
    bool success;
} audit_names[] = {
    {"Audit Success", true},   {"Success Audit", true},   {"Audit Failure", false},   {"Failure Audit", false},
    {"Failure", false},
    {"\xc3\x9c" "berwachung erfolgreich", true},          {"\xc3\x9c" "berwachung gescheitert", false},
    {"Succ\xc3\xa8s de l'audit", true},                   {"\xc3\x89" "chec de l'audit", false},
    {"Auditor\xc3\xad" "a correcta", true},               {"Error de auditor\xc3\xad" "a", false},
    {"Controllo riuscito", true},                         {"Controllo non riuscito", false},
};

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Bytes of what Markdown and web pages put around a word: at its start (`from_end` false) or its end. */
static size_t decoration(struct text text, bool from_end)
{
    static const char *const marks[] = {
        " ", "\t", "*", "`", "\xc2\xa0", "\xe2\x80\x8b", "\xe2\x80\x8e", "\xe2\x80\x8f", "\xef\xbb\xbf", "\r",
    };

    if (!text.size || is_plain(text.data[from_end ? text.size - 1 : 0]))
        return 0;
    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
        struct text mark = text_of(marks[i]);
        if (from_end ? text_ends_nocase(text, mark) : text_starts(text, mark))
            return mark.size;
    }
    return 0;
}

static struct text undecorate(struct text text)
{
    size_t size;

    while ((size = decoration(text, false)) > 0)
        text = text_slice(text, size, text.size);
    while ((size = decoration(text, true)) > 0)
        text = text_slice(text, 0, text.size - size);
    return text;
}

/* Typographic apostrophes and blanks that do not break, as plain ones. */
static struct text plain_word(struct text word, char out[LONGEST_LABEL])
{
    size_t size = 0;

    for (size_t i = 0; i < word.size && size < LONGEST_LABEL; i++) {
        struct text rest = text_slice(word, i, word.size);
        if (rest.data[0] == '\xe2' && text_starts(rest, TEXT("\xe2\x80\x99"))) {
            out[size++] = '\'';
            i += 2;
        } else if (rest.data[0] == '\xc2' && text_starts(rest, TEXT("\xc2\xa0"))) {
            out[size++] = ' ';
            i += 1;
        } else {
            out[size++] = rest.data[0];
        }
    }
    return (struct text){out, size};
}

enum event_label eventlabel_of(struct text line, struct text *value)
{
    char plain[LONGEST_LABEL];

    size_t colon = text_find_char(text_slice(line, 0, 2 * LONGEST_LABEL), ':');
    if (colon == TEXT_NOT_FOUND || colon == 0)
        return LABEL_NONE;
    struct text word = undecorate(text_slice(line, 0, colon));
    if (text_starts(word, TEXT("- ")))
        word = undecorate(text_slice(word, 2, word.size));
    if (word.size < 3 || word.size > LONGEST_LABEL)
        return LABEL_NONE;
    word = plain_word(word, plain);
    for (size_t i = 0; i < sizeof(label_names) / sizeof(*label_names); i++) {
        if (!text_equal_nocase(word, label_names[i].name))
            continue;
        *value = undecorate(text_slice(line, colon + 1, line.size));
        return label_names[i].label;
    }
    return LABEL_NONE;
}

bool eventlabel_level(struct text word, uint8_t *level, struct text *keywords)
{
    char plain[LONGEST_LABEL];
    uint64_t number;

    if (text_number(word, 10, &number) && number <= UINT8_MAX) {
        *level = (uint8_t)number;
        return true;
    }
    word = plain_word(word, plain);
    for (size_t i = 0; i < sizeof(level_names) / sizeof(*level_names); i++) {
        if (text_is_nocase(word, level_names[i].name)) {
            *level = level_names[i].level;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(audit_names) / sizeof(*audit_names); i++) {
        if (text_is_nocase(word, audit_names[i].name)) {
            *level = LEVEL_NONE;
            *keywords = audit_names[i].success ? TEXT("Audit Success") : TEXT("Audit Failure");
            return true;
        }
    }
    return false;
}

bool eventlabel_no_value(struct text value)
{
    if (text_starts(value, TEXT("\\<"))) /* Markdown's escape */
        value = text_slice(value, 1, value.size);
    return !value.size || text_is_nocase(value, "N/A") || text_is_nocase(value, "N/D") ||
           text_is_nocase(value, "Nicht zutreffend") || text_is_nocase(value, "No disponible") ||
           (value.data[0] == '<' && value.data[value.size - 1] == '>');
}
