using System.Reflection;

namespace Unfold.PublicApi.Tests.Reference;

/// <summary>The names under which the compiler keeps comments: <c>M:Unfold.Cells.Cell.Load(System.String)</c>.</summary>
internal static class CommentNames
{
    /// <summary>A type's or member's name; of conversions without the result behind <c>~</c>.</summary>
    public static string Of(MemberInfo member) => member switch
    {
        Type type => "T:" + Full(type),
        FieldInfo field => $"F:{Full(field.DeclaringType!)}.{field.Name}",
        PropertyInfo property => $"P:{Full(property.DeclaringType!)}.{property.Name}{Parameters(property.GetIndexParameters())}",
        EventInfo one => $"E:{Full(one.DeclaringType!)}.{one.Name}",
        MethodBase method => $"M:{Full(method.DeclaringType!)}.{(method is ConstructorInfo ? "#ctor" : method.Name)}"
            + $"{(method.IsGenericMethod ? "``" + method.GetGenericArguments().Length : "")}{Parameters(method.GetParameters())}",
        _ => "",
    };

    private static string Full(Type type) => type.FullName!.Replace('+', '.');

    private static string Parameters(ParameterInfo[] parameters) => parameters.Length == 0 ? "" : $"({string.Join(',', parameters.Select(parameter => Named(parameter.ParameterType)))})";

    private static string Named(Type type)
    {
        if (type.IsGenericParameter)
            return (type.DeclaringMethod is null ? "`" : "``") + type.GenericParameterPosition;
        if (type.IsByRef)
            return Named(type.GetElementType()!) + "@";
        if (type.IsPointer)
            return Named(type.GetElementType()!) + "*";
        if (type.IsArray)
            return Named(type.GetElementType()!) + (type.GetArrayRank() == 1 ? "[]" : $"[{string.Join(',', Enumerable.Repeat("0:", type.GetArrayRank()))}]");
        if (!type.IsGenericType)
            return Full(type);
        string name = type.GetGenericTypeDefinition().FullName!.Replace('+', '.');
        return $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}{{{string.Join(',', type.GetGenericArguments().Select(Named))}}}";
    }
}
