using System.Reflection;
using System.Text;
using System.Xml.Linq;

namespace Unfold.PublicApi.Tests.Reference;

/// <summary>The reference of some assemblies as Markdown, a page for each namespace, made of their comments.</summary>
internal sealed class ApiPages
{
    private readonly Dictionary<string, XElement> _comments;
    private readonly Assembly[] _assemblies;

    public ApiPages(params Assembly[] assemblies)
    {
        _assemblies = assemblies;
        _comments = assemblies.SelectMany(assembly => XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member"))
            .ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);
    }

    /// <summary>Names of files and what is in them, README.md first.</summary>
    public IEnumerable<(string File, string Text)> Pages()
    {
        var groups = ApiText.Types(_assemblies).GroupBy(type => type.Namespace ?? "", StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        StringBuilder index = new($"# {string.Join(", ", _assemblies.Select(assembly => assembly.GetName().Name))}: the public API\n\n| Namespace | Types |\n|---|---|\n");
        foreach (IGrouping<string, Type> group in groups)
            index.Append($"| [{group.Key}]({group.Key}.md) | {string.Join(", ", group.Select(type => $"`{ApiText.Name(type)}`"))} |\n");
        yield return ("README.md", index.ToString());
        foreach (IGrouping<string, Type> group in groups)
            yield return ($"{group.Key}.md", Page(group.Key, group));
    }

    /// <summary>The comment of a type or member; null where there is none.</summary>
    public XElement? Comment(MemberInfo member)
    {
        string key = CommentNames.Of(member);
        return _comments.GetValueOrDefault(key) ?? _comments.FirstOrDefault(pair => pair.Key.StartsWith(key + "~", StringComparison.Ordinal)).Value;
    }

    private string Page(string name, IEnumerable<Type> types)
    {
        StringBuilder text = new($"# {name}\n");
        foreach (Type type in types)
        {
            text.Append($"\n## {ApiText.Name(type).Replace("<", "\\<", StringComparison.Ordinal)}\n\n```csharp\n{ApiText.Head(type)}\n```\n\n");
            Append(text, Comment(type));
            foreach (MemberInfo member in ApiText.Members(type))
            {
                text.Append($"\n### `{ApiText.Of(member)}`\n\n");
                Append(text, Comment(member));
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, XElement? comment)
    {
        if (comment is null)
            return;
        foreach (XElement part in comment.Elements())
        {
            string words = Words(part), about = part.Attribute("name")?.Value ?? part.Attribute("cref")?.Value.Split('.')[^1] ?? "";
            string? line = part.Name.LocalName switch
            {
                "summary" or "remarks" => words + "\n\n",
                "param" or "typeparam" => $"- `{about}`: {words}\n",
                "returns" => $"- Returns: {words}\n",
                "exception" => $"- Throws `{about}`: {words}\n",
                "inheritdoc" => "As in its base.\n",
                _ => null,
            };
            text.Append(line);
        }

        // One empty line between two members is enough.
        while (text.Length > 1 && text[^1] == '\n' && text[^2] == '\n')
            text.Length--;
    }

    private static string Words(XElement part)
    {
        StringBuilder text = new();
        foreach (XNode node in part.Nodes())
        {
            text.Append(node switch
            {
                XText plain => plain.Value.Replace("<", "\\<", StringComparison.Ordinal),
                XElement { Name.LocalName: "c" or "code" } code => $"`{code.Value}`",
                XElement { Name.LocalName: "see" or "paramref" or "typeparamref" or "seealso" } link => $"`{(link.Attribute("cref") ?? link.Attribute("name") ?? link.Attribute("langword"))?.Value.Split('(')[0].Split('.')[^1].Split(':')[^1]}`",
                XElement other => Words(other),
                _ => "",
            });
        }

        return string.Join(' ', text.ToString().Split((char[])[' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries));
    }
}
