using System.Text.Json;
using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

/// <summary>A convolution of Keras with its numbers, whose tensors have channels last and no batch, turned into ours.</summary>
internal sealed class KerasCase(JsonElement golden)
{
    private readonly JsonElement _attributes = golden.GetProperty("attrs");

    public Tensor Input => ChannelsFirst(golden.GetProperty("input"));

    public Tensor Expected => ChannelsFirst(golden.GetProperty("expected"));

    public FeedForward Build(ParameterSet set, string kind)
    {
        (_, int[] shape) = Weight(0);
        int[] kernel = shape[..^2];
        Padding padding = _attributes.GetProperty("padding").GetString() == "same" ? Padding.Same : Padding.None;
        int[] stride = Numbers("strides"), dilation = _attributes.TryGetProperty("dilation_rate", out _) ? Numbers("dilation_rate") : [1];
        bool bias = _attributes.GetProperty("use_bias").GetBoolean();
        if (kind == "Conv2DTranspose")
            return new TransposedConvolution(set, "a", shape[^1], shape[^2], kernel, new TransposedConvolutionOptions { Stride = stride, Padding = padding, Bias = bias });
        if (kind != "SeparableConv2D")
            return new Convolution(set, "a", shape[^2], shape[^1], kernel, new ConvolutionOptions { Stride = stride, Padding = padding, Dilation = dilation, Bias = bias });
        int between = shape[^2] * shape[^1];
        return new Sequential(
            "separable",
            new Convolution(set, "a", shape[^2], between, kernel, new ConvolutionOptions { Stride = stride, Padding = padding, Groups = shape[^2], Bias = false }),
            new Convolution(set, "b", between, Weight(1).Shape[^1], [1, 1], new ConvolutionOptions { Bias = bias }));
    }

    /// <summary>[kernel…, c, o] becomes [o, c, kernel…]; a depth-wise kernel's two last axes are its outputs.</summary>
    public void SetWeights(ParameterSet set, string kind)
    {
        int place = 0;
        SetWeight(set["a.weight"], place++, swap: kind != "SeparableConv2D");
        if (kind == "SeparableConv2D")
            SetWeight(set["b.weight"], place++, swap: true);
        string bias = kind == "SeparableConv2D" ? "b.bias" : "a.bias";
        if (_attributes.GetProperty("use_bias").GetBoolean())
            Weight(place).Values.CopyTo(set[bias].Value.Span);
        set.Touch();
    }

    public Tensor Activate(Tape tape, Tensor y) => _attributes.GetProperty("activation").GetString() switch
    {
        "relu" => tape.Relu(y),
        "sigmoid" => tape.Sigmoid(y),
        "tanh" => tape.Tanh(y),
        _ => y,
    };

    private void SetWeight(Parameter parameter, int index, bool swap)
    {
        (float[] values, int[] shape) = Weight(index);
        int inner = shape[^2], outer = shape[^1], kernel = values.Length / (inner * outer);
        Span<float> to = parameter.Value.Span;
        for (int i = 0; i < values.Length; i++)
        {
            int k = i / (inner * outer), c = i / outer % inner, o = i % outer;
            to[((swap ? (o * inner) + c : (c * outer) + o) * kernel) + k] = values[i];
        }
    }

    private (float[] Values, int[] Shape) Weight(int index) => Read(golden.GetProperty("weights")[index]);

    private int[] Numbers(string name)
    {
        JsonElement value = _attributes.GetProperty(name);
        return value.ValueKind == JsonValueKind.Number ? [value.GetInt32()] : [.. value.EnumerateArray().Select(e => e.GetInt32())];
    }

    private static Tensor ChannelsFirst(JsonElement element)
    {
        (float[] values, int[] shape) = Read(element);
        int channels = shape[^1], pixels = values.Length / channels;
        var first = new float[values.Length];
        for (int i = 0; i < values.Length; i++)
            first[(i % channels * pixels) + (i / channels)] = values[i];
        return Tensor.From(first, new Shape([1, channels, .. shape[..^1]]));
    }

    private static (float[] Values, int[] Shape) Read(JsonElement element) =>
        ([.. element.GetProperty("data").EnumerateArray().Select(e => e.GetSingle())], [.. element.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())]);
}
