using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Tests.Tensors;

public sealed class TensorTests
{
    [Fact]
    public void Elements_are_read_by_index_last_axis_fastest()
    {
        Tensor tensor = Tensor.From([1, 2, 3, 4, 5, 6], new Shape(2, 3));
        Assert.Equal(6, tensor[1, 2]);
        Assert.Equal(4, tensor[1, 0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor[2, 0]);
        Assert.Throws<ArgumentException>(() => tensor[1]);
        Assert.Equal("Tensor [2, 3] (1, 2, 3, 4, 5, 6)", tensor.ToString());
    }

    [Fact]
    public unsafe void Memory_is_aligned_to_64_bytes()
    {
        for (int length = 0; length < 40; length++)
            Assert.Equal(0u, (nuint)Tensor.Zeros(new Shape(length)).Pointer % 64);
        Tape tape = new();
        for (int length = 0; length < 40; length++)
            Assert.Equal(0u, (nuint)tape.Rent(new Shape(length)).Pointer % 64);
    }

    [Fact]
    public void Views_see_the_same_numbers()
    {
        Tensor tensor = Tensor.From([1, 2, 3, 4, 5, 6], new Shape(3, 2));
        Tensor rows = tensor.Slice(1, 2);
        Assert.Equal([3, 4, 5, 6], rows.Values.ToArray());
        Assert.Equal(6, rows.Slice(1, 1).Reshape(2)[1]);
        rows.Span[0] = 30;
        Assert.Equal(30, tensor[1, 0]);
        Assert.Contains("rows 2 to 3", Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Slice(2, 2)).Message);
        Assert.Contains("[3, 2] has 6 and [4] has 4", Assert.Throws<ArgumentException>(() => tensor.Reshape(4)).Message);
    }

    [Fact]
    public void A_tensor_of_a_reset_tape_says_so_and_its_copy_lasts()
    {
        Tape tape = new();
        Tensor first = tape.RentZeroed(new Shape(3));
        first.Span[1] = 5;
        Tensor copy = first.Copy();
        tape.Reset();
        tape.RentZeroed(new Shape(3));
        Assert.Contains("Copy()", Assert.Throws<InvalidOperationException>(() => first.Values.Length).Message);
        Assert.Contains("Copy()", Assert.Throws<InvalidOperationException>(() => first.Slice(0, 1)).Message);
        Assert.Equal("Tensor [3] (expired)", first.ToString());
        Assert.Equal(5, copy[1]);
    }

    [Fact]
    public void No_tensor_says_so()
    {
        Tensor none = default;
        Assert.False(none.HasValue);
        Assert.Contains("default(Tensor)", Assert.Throws<InvalidOperationException>(() => none.Shape).Message);
        Assert.Contains("default(Tensor)", Assert.Throws<InvalidOperationException>(() => none.Values.Length).Message);
    }

    [Fact]
    public void Scalar_reads_a_tensor_of_one_element()
    {
        Assert.Equal(4, Tensor.From(4).Scalar);
        Assert.Contains("[2]", Assert.Throws<InvalidOperationException>(() => Tensor.From(4, 5).Scalar).Message);
    }
}
